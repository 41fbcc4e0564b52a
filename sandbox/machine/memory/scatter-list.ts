import type { HostMemory } from './host-memory.ts';

/** Segments a list can hold: a 9018-byte frame and its header over 4 KiB pages, with room to spare. */
const MAX_SEGMENTS = 32;

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

  clear(): void {
    this.count = 0;
    this.length = 0;
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

  /** Copies the whole into adjacent host memory at `to`. */
  copyTo(host: HostMemory, to: number): void {
    let at = to;
    for (let i = 0; i < this.count; i++) {
      host.copy(at, this.addresses[i], this.lengths[i]);
      at += this.lengths[i];
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
