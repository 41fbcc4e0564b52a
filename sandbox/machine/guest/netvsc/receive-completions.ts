import { NVSP_STATUS_SUCCESS } from '../../vmbus/nvsp.ts';
import type { Transmitter } from './transmitter.ts';

/** Completions that are held at most; the Linux driver's bound is one more. */
export const MAX_HELD = 64;

/**
 * Completions of received packets, kept until the poll that received them ends: the first one finds the
 * host's ring empty and signals, the others do not. As the Linux driver has it: see linux-netvsc in
 * content/sources.
 */
export class ReceiveCompletions {
  #transmitter: Pick<Transmitter, 'completeReceive'>;
  #transactions = new Float64Array(MAX_HELD);
  #held = 0;

  constructor(transmitter: Pick<Transmitter, 'completeReceive'>) {
    this.#transmitter = transmitter;
  }

  /** Completions that are kept, 0 to MAX_HELD. */
  get held(): number {
    return this.#held;
  }

  /** A transfer of the host is through; those that are kept go first when there are MAX_HELD. */
  owe(transaction: number): void {
    if (this.#held === MAX_HELD) this.flush();
    this.#transactions[this.#held++] = transaction;
  }

  /** Gives all of them to the host, in the order of their packets. */
  flush(): void {
    const count = this.#held;
    this.#held = 0;
    for (let i = 0; i < count; i++)
      this.#transmitter.completeReceive(this.#transactions[i], NVSP_STATUS_SUCCESS);
  }
}
