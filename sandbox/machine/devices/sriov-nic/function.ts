import type { RxQueue } from './rx-queue.ts';
import {
  PF_EITR,
  PF_QUEUE_STEP,
  PF_RX_BASE,
  PF_TX_BASE,
  REG_EIMS,
  REG_STATUS,
  STATUS_LINK_UP,
  VF_QUEUE_STEP,
  VF_RX_BASE,
  VF_TX_BASE,
} from './spec.ts';
import type { TxQueue } from './tx-queue.ts';
import type { InterruptVector } from './vector.ts';

/**
 * One function of the NIC: its window of registers, its queues and its vectors. A driver holds its own
 * function and nothing else of the device.
 */
export class NicFunction {
  readonly index: number;
  readonly requesterId: number;
  readonly rx: RxQueue[] = [];
  readonly tx: TxQueue[] = [];
  /** Vector 2q is receive queue q, 2q + 1 transmit queue q. */
  readonly vectors: InterruptVector[] = [];
  /** MSI-X table: the remapping index of each vector. */
  readonly messages: (number | undefined)[] = [];
  #rxBase: number;
  #txBase: number;
  #step: number;

  constructor(index: number, requesterId: number) {
    this.index = index;
    this.requesterId = requesterId;
    const physical = index === 0;
    this.#rxBase = physical ? PF_RX_BASE : VF_RX_BASE;
    this.#txBase = physical ? PF_TX_BASE : VF_TX_BASE;
    this.#step = physical ? PF_QUEUE_STEP : VF_QUEUE_STEP;
  }

  /** A 32-bit register write that leaves the processor at `at`. Unlisted offsets are ignored. */
  write(offset: number, value: number, at: number): void {
    const tx = Math.floor((offset - this.#txBase) / this.#step);
    if (offset >= this.#txBase && tx < this.tx.length) {
      this.tx[tx].write((offset - this.#txBase) % this.#step, value, at);
      return;
    }
    const rx = Math.floor((offset - this.#rxBase) / this.#step);
    if (offset >= this.#rxBase && rx < this.rx.length) {
      this.rx[rx].write((offset - this.#rxBase) % this.#step, value);
      return;
    }
    if (offset === REG_EIMS) this.#unmask(value, at);
    const vector = (offset - PF_EITR) >> 2;
    if (offset >= PF_EITR && vector < this.vectors.length)
      this.vectors[vector].interval = ((value & 0x7ffc) >>> 2) * 1e6;
  }

  /** A 32-bit register read; unlisted offsets read 0. */
  read(offset: number): number {
    if (offset === REG_STATUS) return STATUS_LINK_UP;
    const tx = Math.floor((offset - this.#txBase) / this.#step);
    if (offset >= this.#txBase && tx < this.tx.length)
      return this.tx[tx].registers.file[((offset - this.#txBase) % this.#step) >> 2] ?? 0;
    const rx = Math.floor((offset - this.#rxBase) / this.#step);
    if (offset >= this.#rxBase && rx < this.rx.length)
      return this.rx[rx].registers.file[((offset - this.#rxBase) % this.#step) >> 2] ?? 0;
    return 0;
  }

  /** The receive queue for a flow. */
  receiveQueueFor(hash: number): RxQueue {
    return this.rx[hash % this.rx.length];
  }

  /** Stops every queue. */
  stop(): void {
    for (const queue of this.tx) queue.stop();
    for (const queue of this.rx) queue.stop();
  }

  #unmask(mask: number, at: number): void {
    for (let v = 0; v < this.vectors.length; v++)
      if ((mask & (1 << v)) !== 0) this.vectors[v].unmask(at);
  }
}
