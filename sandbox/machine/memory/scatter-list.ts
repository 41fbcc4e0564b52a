import type { FrameOffload } from './frame-offload.ts';
import type { HostMemory } from './host-memory.ts';

/** Pieces a list can hold: a coalesced frame of 64 KiB in receive sections of a small MTU, with room to spare. */
const MAX_SEGMENTS = 48;

/**
 * A buffer in host memory as a list of pieces (what Windows calls an MDL): addresses and lengths in
 * bytes. It carries a frame through the root without copying it.
 */
export class ScatterList {
  readonly addresses = new Float64Array(MAX_SEGMENTS);
  readonly lengths = new Int32Array(MAX_SEGMENTS);
  count = 0;
  /** Bytes in all segments. */
  length = 0;
  /** Who wants it back, and what it calls it. */
  owner: ScatterOwner | undefined;
  token = 0;
  /** Host address of a place of the owner's for the head of a frame; 0 while there is none. */
  headPlace = 0;
  /** What is left to be done to the frame; undefined for one that is as it goes on the wire. */
  offload: FrameOffload | undefined;
  /** What the NIC has found out of a received frame's checksums, in its own bits; 0 for nothing. */
  checked = 0;

  clear(): void {
    this.count = 0;
    this.length = 0;
    this.offload = undefined;
    this.checked = 0;
  }

  /**
   * Adds a piece; joins it to the last one where they touch.
   * @returns false when the list is full: nothing was added
   */
  add(address: number, length: number): boolean {
    const last = this.count - 1;
    if (last >= 0 && this.addresses[last] + this.lengths[last] === address)
      this.lengths[last] += length;
    else {
      if (this.count === MAX_SEGMENTS) return false;
      this.addresses[this.count] = address;
      this.lengths[this.count++] = length;
    }
    this.length += length;
    return true;
  }

  /** Adds a piece of its own, even where it touches the last one; false when the list is full. */
  push(address: number, length: number): boolean {
    if (this.count === MAX_SEGMENTS) return false;
    this.addresses[this.count] = address;
    this.lengths[this.count++] = length;
    this.length += length;
    return true;
  }

  /**
   * Puts `length` bytes of `address` in at `offset`, without moving any other byte.
   * @returns false when the list is full or shorter than that: nothing was done
   */
  insert(offset: number, address: number, length: number): boolean {
    const at = this.#cut(offset, 2);
    if (at < 0) return false;
    this.#shift(at, 1);
    this.addresses[at] = address;
    this.lengths[at] = length;
    this.length += length;
    return true;
  }

  /**
   * Takes `length` bytes out at `offset`, without moving any other byte.
   * @returns false when the list is full or shorter than that: nothing was done
   */
  remove(offset: number, length: number): boolean {
    if (offset + length > this.length) return false;
    const from = this.#cut(offset, 2);
    const to = from < 0 ? -1 : this.#cut(offset + length, 1);
    if (to < 0) return false;
    this.#shift(to, from - to);
    this.length -= length;
    return true;
  }

  /**
   * Copies the first `length` bytes to host memory at `to`, which takes their place in the list.
   * @returns false when the list is full or shorter than that: nothing was done
   */
  replaceHead(host: HostMemory, to: number, length: number): boolean {
    if (length > this.length || this.count === MAX_SEGMENTS) return false;
    const first = this.lengths[0];
    if (first <= length) return this.#replaceLong(host, to, length);
    const from = this.addresses[0];
    host.copyShort(to, from, length);
    for (let i = this.count; i > 1; i--) {
      this.addresses[i] = this.addresses[i - 1];
      this.lengths[i] = this.lengths[i - 1];
    }
    this.count++;
    this.addresses[0] = to;
    this.lengths[0] = length;
    this.addresses[1] = from + length;
    this.lengths[1] = first - length;
    return true;
  }

  #replaceLong(host: HostMemory, to: number, length: number): boolean {
    for (let i = 0; i < length; i++) host.bytes[to + i] = this.byte(host, i);
    return this.remove(0, length) && this.insert(0, to, length);
  }

  /** Makes a piece begin at `offset`; its index, or -1 without room for `pieces` more. */
  #cut(offset: number, pieces: number): number {
    if (this.count + pieces > MAX_SEGMENTS || offset > this.length) return -1;
    let left = offset;
    let at = 0;
    while (at < this.count && left >= this.lengths[at]) left -= this.lengths[at++];
    if (left === 0) return at;
    this.#shift(at, 1);
    this.addresses[at] = this.addresses[at + 1];
    this.lengths[at] = left;
    this.addresses[at + 1] += left;
    this.lengths[at + 1] -= left;
    return at + 1;
  }

  /** Moves the pieces from `at` on by `by` places. */
  #shift(at: number, by: number): void {
    this.addresses.copyWithin(at + by, at, this.count);
    this.lengths.copyWithin(at + by, at, this.count);
    this.count += by;
  }

  /** Copies the whole into adjacent host memory at `to`. */
  copyTo(host: HostMemory, to: number): void {
    let at = to;
    for (let i = 0; i < this.count; i++) {
      host.copy(at, this.addresses[i], this.lengths[i]);
      at += this.lengths[i];
    }
  }

  /** Copies `length` bytes from `offset` on, as far as there are any, into adjacent host memory at `to`. */
  copyPart(host: HostMemory, offset: number, length: number, to: number): void {
    let skip = offset;
    let at = to;
    const end = to + length;
    for (let i = 0; i < this.count && at < end; i++) {
      const count = Math.min(this.lengths[i] - skip, end - at);
      if (count > 0) {
        host.copy(at, this.addresses[i] + skip, count);
        at += count;
      }
      skip = Math.max(0, skip - this.lengths[i]);
    }
  }

  /** Adds the pieces of `length` bytes from `offset` on to `part`, as far as there are any. */
  partOf(offset: number, length: number, part: ScatterList): void {
    let skip = offset;
    let left = length;
    for (let i = 0; i < this.count && left > 0; i++) {
      const count = Math.min(this.lengths[i] - skip, left);
      if (count > 0) {
        part.add(this.addresses[i] + skip, count);
        left -= count;
      }
      skip = Math.max(0, skip - this.lengths[i]);
    }
  }

  /** The byte at `offset`, or 0 beyond the end. */
  byte(host: HostMemory, offset: number): number {
    let left = offset;
    for (let i = 0; i < this.count; i++) {
      if (left < this.lengths[i]) return host.bytes[this.addresses[i] + left];
      left -= this.lengths[i];
    }
    return 0;
  }
}

/** Who lent a scatter list and gets it back when the device is through with it. */
export interface ScatterOwner {
  returned(list: ScatterList): void;
}
