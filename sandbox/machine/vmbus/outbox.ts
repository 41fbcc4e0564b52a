import { MICROSECOND } from '../engine/engine.ts';
import {
  HV_STATUS_INSUFFICIENT_BUFFERS,
  HV_STATUS_SUCCESS,
} from '../partition/hypercall-status.ts';
import type { Task, VirtualProcessor } from '../partition/virtual-processor.ts';

/** A message that waits to be posted. */
export interface Outgoing {
  connectionId: number;
  messageType: number;
  payload: Uint8Array;
}

/** Tries for one message, as the Linux client has them; the delay doubles from 1 us to about 1 ms. */
const MAX_TRIES = 100;
const MAX_DOUBLINGS = 10;

/**
 * Messages on their way to HvPostMessage, in order. A port has 16 buffers: when all are in use, the sender
 * waits and tries again. A receiver that takes nothing for 100 tries is given up, and with it what waits.
 */
export class Outbox implements Task {
  /** Messages that could not be sent. */
  lost = 0;
  #processor: VirtualProcessor;
  #post: (message: Outgoing) => number;
  #limit: number;
  #queue: Outgoing[] = [];
  #tries = 0;
  #scheduled = false;

  /** @param limit messages that may wait; what comes on top is lost */
  constructor(processor: VirtualProcessor, post: (message: Outgoing) => number, limit: number) {
    this.#processor = processor;
    this.#post = post;
    this.#limit = limit;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  send(message: Outgoing): void {
    if (this.#queue.length >= this.#limit) {
      this.lost++;
      return;
    }
    this.#queue.push(message);
    this.#schedule(0);
  }

  run(): void {
    this.#scheduled = false;
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const status = this.#post(next);
      if (status === HV_STATUS_INSUFFICIENT_BUFFERS) return this.#later();
      if (status !== HV_STATUS_SUCCESS) this.lost++;
      this.#queue.shift();
      this.#tries = 0;
    }
  }

  #later(): void {
    if (this.#tries++ < MAX_TRIES) {
      this.#schedule(MICROSECOND * (1 << Math.min(this.#tries - 1, MAX_DOUBLINGS)));
      return;
    }
    this.#tries = 0;
    this.lost += this.#queue.length;
    this.#queue.length = 0;
  }

  #schedule(delay: number): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const { lp } = this.#processor;
    this.#processor.post(this, 0, Math.max(lp.local, lp.engine.now) + delay);
  }
}
