import { Descriptor } from './descriptor.ts';
import type { Chip } from './device.ts';
import * as spec from './spec.ts';

/** Greatest length that RDES0 can say, and that a frame is taken with. */
const LONGEST = 16_383;
/** Where the watchdog cuts a frame: between 2048 and 2560 bytes (unverified). */
const WATCHDOG_BYTES = 2560;
/** Longest frame with its FCS that is not too long. */
const USUAL_LENGTH = spec.MAX_FRAME + spec.FCS_SIZE;
/** Descriptors that one frame may take; a ring of empty buffers ends here. */
export const FRAME_DESCRIPTORS = 64;
const ADDRESS_BYTES = 6;

/** The receive process: holds the next descriptor, scatters frames, suspends when there is none. */
export class ReceiveProcess {
  /** Bus address of the current descriptor. */
  pointer = 0;
  #chip: Chip;
  #held = new Descriptor();
  #other = new Descriptor();
  /** The frame with room for its FCS behind it. */
  #frame = new Uint8Array(LONGEST + 1);

  constructor(chip: Chip) {
    this.#chip = chip;
  }

  /** SR was set: acquires a descriptor at the pointer. */
  start(): void {
    this.#chip.status.forget(spec.RECEIVE_STOPPED);
    this.#chip.status.receiveState = spec.STATE_FETCHING;
    this.acquire();
  }

  /** SR was cleared. No frame is in progress between accesses: it stops at once. */
  stop(): void {
    const { status } = this.#chip;
    if (status.receiveState === spec.STATE_STOPPED) return;
    status.receiveState = spec.STATE_STOPPED;
    status.notice(spec.RECEIVE_STOPPED);
  }

  /** A poll demand: acts only where the process is suspended. */
  poll(): void {
    if (this.#chip.status.receiveState === spec.RECEIVE_STATE_SUSPENDED) this.acquire();
  }

  /** Looks for a descriptor: at the start, after a poll demand, after each frame, and as frames come. */
  acquire(): void {
    const { status, dma } = this.#chip;
    if (!dma.ready) {
      status.receiveState = spec.STATE_FETCHING;
      return;
    }
    if (!this.#fetch(this.#held)) return;
    const enters = status.receiveState !== spec.RECEIVE_STATE_SUSPENDED;
    status.receiveState = this.#held.owned
      ? spec.RECEIVE_STATE_WAITING
      : spec.RECEIVE_STATE_SUSPENDED;
    if (enters && !this.#held.owned) status.raise(spec.RECEIVE_UNAVAILABLE);
  }

  /**
   * A frame without FCS. @param loopback 0 from the wire, or the loopback mode it comes by
   * @returns whether all of it was put into memory
   */
  frame(frame: Uint8Array, length: number, loopback: number): boolean {
    const { status, csr, filter } = this.#chip;
    if (status.receiveState === spec.STATE_STOPPED || length < ADDRESS_BYTES) return false;
    const passes = filter.passes(frame, csr[6]);
    if (!passes && (csr[6] & spec.RECEIVE_ALL) === 0) return false;
    const isRunt = length < spec.SHORTEST_FRAME;
    if (isRunt && (csr[6] & spec.PASS_BAD_FRAMES) === 0) return false;
    if (status.receiveState !== spec.RECEIVE_STATE_WAITING) this.acquire();
    if (status.receiveState !== spec.RECEIVE_STATE_WAITING) {
      if (status.receiveState === spec.RECEIVE_STATE_SUSPENDED) this.#miss();
      return false;
    }
    const failed = passes ? 0 : spec.RDES0_FILTER_FAILED;
    return this.#take(frame, length, failed | (loopback << spec.RDES0_LOOPBACK_SHIFT));
  }

  /** An accepted frame is lost for want of a descriptor. The counter stops at its end: unverified. */
  #miss(): void {
    const { csr } = this.#chip;
    if ((csr[8] & spec.MISSED_FRAMES) === spec.MISSED_FRAMES) csr[8] |= spec.MISSED_OVERFLOW;
    else csr[8]++;
  }

  #take(frame: Uint8Array, length: number, result: number): boolean {
    const { status, csr, dma } = this.#chip;
    let total = Math.min(this.#copy(frame, length), LONGEST);
    let word = result | flags(frame, total);
    const isCut = total > WATCHDOG_BYTES && (csr[15] & spec.WATCHDOG_DISABLE) === 0;
    if (isCut) {
      total = WATCHDOG_BYTES;
      word |= spec.RDES0_WATCHDOG;
    }
    const whole = this.#scatter(total, word);
    if (dma.halted) return false;
    status.raise(spec.RECEIVE_INTERRUPT | (isCut ? spec.RECEIVE_WATCHDOG : 0));
    if (status.receiveState !== spec.STATE_STOPPED) this.acquire();
    return whole && !isCut;
  }

  /** Takes the frame in, with zeros where its FCS would stand. @returns its length with FCS */
  #copy(frame: Uint8Array, length: number): number {
    const kept = Math.min(length, LONGEST - spec.FCS_SIZE);
    this.#frame.set(frame.length === kept ? frame : frame.subarray(0, kept));
    this.#frame.fill(0, kept, kept + spec.FCS_SIZE);
    return length + spec.FCS_SIZE;
  }

  /** Fills buffers until the frame is in memory or no descriptor follows. */
  #scatter(total: number, word: number): boolean {
    let done = 0;
    let first = spec.RDES0_FIRST;
    for (let count = 1; ; count++) {
      const descriptor = this.#held;
      done += this.#store(descriptor.buffer1, descriptor.size1, done, total);
      done += this.#store(descriptor.buffer2, descriptor.size2, done, total);
      if (this.#chip.dma.halted) return false;
      this.pointer = descriptor.next(this.#chip.csr[3], this.#chip.descriptorSkip);
      const last = (word | (total << 16) | spec.RDES0_LAST | first) >>> 0;
      if (done >= total) return this.#close(descriptor, last);
      const follows = count < FRAME_DESCRIPTORS && this.#fetch(this.#other) && this.#other.owned;
      if (!follows) {
        this.#close(descriptor, last | spec.RDES0_ERROR | spec.RDES0_TRUNCATED);
        return false;
      }
      if (!this.#close(descriptor, first)) return false;
      this.#held = this.#other;
      this.#other = descriptor;
      first = 0;
    }
  }

  /** Puts the next bytes of the frame into a buffer of whole longwords; returns how many fit. */
  #store(address: number, size: number, done: number, total: number): number {
    const { dma, bigEndianBuffers } = this.#chip;
    const count = Math.min(size & ~3, total - done);
    if (count === 0) return 0;
    const at = (address & ~3) >>> 0;
    if (bigEndianBuffers) dma.writeSwapped(at, this.#frame, done, count);
    else dma.write(at, this.#frame, done, count);
    return count;
  }

  #fetch(descriptor: Descriptor): boolean {
    return descriptor.fetch(this.#chip.dma, this.pointer, this.#chip.bigEndianDescriptors);
  }

  #close(descriptor: Descriptor, word: number): boolean {
    return descriptor.close(this.#chip.dma, word, this.#chip.bigEndianDescriptors);
  }
}

/** What RDES0 says of a frame of `total` bytes with FCS; it is an error when it is too short or long. */
function flags(frame: Uint8Array, total: number): number {
  let word = (frame[0] & 1) !== 0 ? spec.RDES0_MULTICAST : 0;
  if (total > USUAL_LENGTH) word |= spec.RDES0_TOO_LONG | spec.RDES0_ERROR;
  if (total < spec.SHORTEST_FRAME + spec.FCS_SIZE) word |= spec.RDES0_RUNT | spec.RDES0_ERROR;
  const type = frame[12] * 256 + frame[13];
  return type > 1500 ? word | spec.RDES0_TYPE : word;
}
