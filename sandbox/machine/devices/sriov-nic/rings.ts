import {
  COALESCING_ENABLE,
  COALESCING_MAX,
  COALESCING_MAX_SHIFT,
  QUEUE_COALESCING,
} from './coalescing-spec.ts';
import type { NicFunction } from './function.ts';
import {
  DESCRIPTOR_SIZE,
  PF_QUEUE_STEP,
  PF_RX_BASE,
  PF_TX_BASE,
  QUEUE_BASE_HIGH,
  QUEUE_BASE_LOW,
  QUEUE_BUFFER_SIZE,
  QUEUE_CONTROL,
  QUEUE_ENABLE,
  QUEUE_LENGTH,
  QUEUE_TAIL,
  RX_DONE,
  TX_DONE,
  TX_END_OF_PACKET,
  TX_EXTENDED,
  TX_INSERT_FCS,
  TX_REPORT_STATUS,
  TX_TYPE_DATA,
  VF_QUEUE_STEP,
  VF_RX_BASE,
  VF_TX_BASE,
} from './spec.ts';

/** Memory as the driver sees it; its addresses are those the device is given. */
export interface DriverMemory {
  read32(address: number): number;
  write32(address: number, value: number): void;
}

/** Offset of queue `n`'s registers in the window of `target`. */
function queueBase(target: NicFunction, n: number, receive: boolean): number {
  if (target.index === 0) return (receive ? PF_RX_BASE : PF_TX_BASE) + n * PF_QUEUE_STEP;
  return (receive ? VF_RX_BASE : VF_TX_BASE) + n * VF_QUEUE_STEP;
}

/** Sets a queue up while the machine is put together, before its clock runs. */
function enable(target: NicFunction, base: number, ring: number, entries: number): void {
  target.write(base + QUEUE_BASE_LOW, ring % 4294967296, 0);
  target.write(base + QUEUE_BASE_HIGH, Math.floor(ring / 4294967296), 0);
  target.write(base + QUEUE_LENGTH, entries * DESCRIPTOR_SIZE, 0);
  target.write(base + QUEUE_CONTROL, QUEUE_ENABLE, 0);
}

/** The driver's side of a transmit queue's ring. One descriptor always stays free. */
export class TxRing {
  readonly entries: number;
  /** What the driver keeps for each descriptor: a buffer's number, or -1. */
  #tokens: Int32Array;
  #memory: DriverMemory;
  #function: NicFunction;
  #base: number;
  #ring: number;
  #tail = 0;
  #clean = 0;

  /** @param ring address of `entries` descriptors in `memory`, 128-byte aligned */
  constructor(
    memory: DriverMemory,
    target: NicFunction,
    queue: number,
    ring: number,
    entries: number,
  ) {
    this.#memory = memory;
    this.#function = target;
    this.#base = queueBase(target, queue, false);
    this.#ring = ring;
    this.entries = entries;
    this.#tokens = new Int32Array(entries).fill(-1);
    enable(target, this.#base, ring, entries);
  }

  /** Descriptors that can be filled. */
  get free(): number {
    const used = this.#tail - this.#clean;
    return used < 0 ? -1 - used : this.entries - 1 - used;
  }

  /** Fills the next descriptor; `last` ends the frame and asks for a report, `total` is its length. */
  push(address: number, length: number, total: number, last: boolean, token: number): void {
    const at = this.#ring + this.#tail * DESCRIPTOR_SIZE;
    const end = last ? TX_END_OF_PACKET | TX_REPORT_STATUS : 0;
    this.#memory.write32(at, address >>> 0);
    this.#memory.write32(at + 4, Math.floor(address / 4294967296));
    this.#memory.write32(at + 8, length | TX_TYPE_DATA | TX_EXTENDED | TX_INSERT_FCS | end);
    this.#memory.write32(at + 12, total << 14);
    this.#tokens[this.#tail] = last ? token : -1;
    this.#tail = this.#tail + 1 === this.entries ? 0 : this.#tail + 1;
  }

  /** Fills the next descriptor with its four words; `token` is -1 for all but a packet's last one. */
  pushWords(words: readonly [number, number, number, number], token: number): void {
    const at = this.#ring + this.#tail * DESCRIPTOR_SIZE;
    for (const [i, word] of words.entries()) this.#memory.write32(at + 4 * i, word);
    this.#tokens[this.#tail] = token;
    this.#tail = this.#tail + 1 === this.entries ? 0 : this.#tail + 1;
  }

  /** Rings the doorbell: a write to the tail register that leaves the processor at `at`. */
  kick(at: number): void {
    this.#function.write(this.#base + QUEUE_TAIL, this.#tail, at);
  }

  /**
   * The token of the oldest frame that the device is through with; -1 when there is none. A frame's
   * descriptors are given back together.
   */
  reclaim(): number {
    let index = this.#clean;
    while (index !== this.#tail) {
      const token = this.#tokens[index];
      const next = index + 1 === this.entries ? 0 : index + 1;
      if (token >= 0) {
        if ((this.#memory.read32(this.#ring + index * DESCRIPTOR_SIZE + 12) & TX_DONE) === 0)
          return -1;
        this.#clean = next;
        return token;
      }
      index = next;
    }
    return -1;
  }
}

/** The driver's side of a receive queue's ring, with one buffer for each descriptor. */
export class RxRing {
  readonly entries: number;
  #memory: DriverMemory;
  #function: NicFunction;
  #base: number;
  #ring: number;
  #buffers: number;
  #stride: number;
  #next = 0;
  #tail: number;
  /** The oldest descriptor whose buffer the driver keeps, and which of those behind it are free again. */
  #oldest = 0;
  #free: Uint8Array;

  /** @param buffers address of `entries` buffers, `stride` bytes apart */
  constructor(
    memory: DriverMemory,
    target: NicFunction,
    queue: number,
    ring: number,
    entries: number,
    buffers: number,
    stride: number,
  ) {
    this.#memory = memory;
    this.#function = target;
    this.#base = queueBase(target, queue, true);
    this.#ring = ring;
    this.entries = entries;
    this.#buffers = buffers;
    this.#stride = stride;
    this.#free = new Uint8Array(entries);
    target.write(this.#base + QUEUE_BUFFER_SIZE, Math.min(stride / 1024, 16), 0);
    enable(target, this.#base, ring, entries);
    for (let i = 0; i < entries; i++) this.#refill(i);
    this.#tail = entries - 1;
    target.write(this.#base + QUEUE_TAIL, this.#tail, 0);
  }

  /** Turns coalescing on: a frame may take as many descriptors as do not make it longer than 64 KiB. */
  coalesce(): void {
    const most = COALESCING_MAX.findLastIndex((count) => count * this.#stride <= 65536);
    const value = COALESCING_ENABLE | (Math.max(0, most) << COALESCING_MAX_SHIFT);
    this.#function.write(this.#base + QUEUE_COALESCING, value, 0);
  }

  /** Length of the next descriptor's data when the device has filled it; 0 when it has not. */
  get readyLength(): number {
    const at = this.#ring + this.#next * DESCRIPTOR_SIZE;
    if ((this.#memory.read32(at + 8) & RX_DONE) === 0) return 0;
    return this.#memory.read32(at + 12) & 0xffff;
  }

  /** Status and errors of the next descriptor, which the device has filled. */
  get status(): number {
    return this.#memory.read32(this.#ring + this.#next * DESCRIPTOR_SIZE + 8);
  }

  /** The first word of the next descriptor, which the device has filled. */
  get types(): number {
    return this.#memory.read32(this.#ring + this.#next * DESCRIPTOR_SIZE);
  }

  /** Number of the next descriptor. */
  get index(): number {
    return this.#next;
  }

  /** Address of the next descriptor's buffer. */
  get buffer(): number {
    return this.#buffers + this.#next * this.#stride;
  }

  /** Gives the next descriptor back to the device, empty, and goes on to the one after it. */
  advance(): void {
    if (this.#oldest !== this.#next) {
      this.giveBack(this.hold());
      return;
    }
    this.#refill(this.#next);
    this.#tail = this.#next;
    this.#oldest = this.#next = this.#next + 1 === this.entries ? 0 : this.#next + 1;
  }

  /** Goes on to the descriptor after the next one and keeps its buffer; its number. */
  hold(): number {
    const held = this.#next;
    this.#next = held + 1 === this.entries ? 0 : held + 1;
    return held;
  }

  /** A buffer that was kept is free. The device gets them back in order. */
  giveBack(index: number): void {
    this.#free[index] = 1;
    while (this.#free[this.#oldest] === 1) {
      this.#free[this.#oldest] = 0;
      this.#refill(this.#oldest);
      this.#tail = this.#oldest;
      this.#oldest = this.#oldest + 1 === this.entries ? 0 : this.#oldest + 1;
    }
  }

  /** Tells the device, at `at`, about the buffers given back since the last time. */
  kick(at: number): void {
    this.#function.write(this.#base + QUEUE_TAIL, this.#tail, at);
  }

  #refill(index: number): void {
    const at = this.#ring + index * DESCRIPTOR_SIZE;
    const buffer = this.#buffers + index * this.#stride;
    this.#memory.write32(at, buffer >>> 0);
    this.#memory.write32(at + 4, Math.floor(buffer / 4294967296));
    this.#memory.write32(at + 8, 0);
    this.#memory.write32(at + 12, 0);
  }
}
