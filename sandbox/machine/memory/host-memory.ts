/** A page of memory, in bytes, and the shift that divides by it. */
export const PAGE_SIZE = 4096;
export const PAGE_SHIFT = 12;
/** A large page: 512 pages, the unit in which partitions get their memory. */
export const LARGE_PAGE_SIZE = 2097152;

/** Thrown when the host runs out of memory: a configuration that asks for more than there is. */
export class OutOfMemoryError extends Error {
  override name = 'OutOfMemoryError';
}

/**
 * The host's physical memory: one buffer of bytes, seen as bytes, half words and words, and the
 * allocator that hands out its pages. Little-endian, as every machine this runs on is.
 *
 * Small pages come from the bottom, large ones from the top, so neither fragments the other.
 */
export class HostMemory {
  readonly bytes: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  #low = PAGE_SIZE;
  #high: number;

  /** @param size bytes, rounded up to large pages */
  constructor(size: number) {
    const rounded = Math.ceil(size / LARGE_PAGE_SIZE) * LARGE_PAGE_SIZE;
    const buffer = new ArrayBuffer(rounded);
    this.bytes = new Uint8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.#high = rounded;
  }

  get size(): number {
    return this.bytes.length;
  }

  /**
   * Adjacent pages for `bytes` bytes, zeroed; returns their host-physical address.
   * @throws OutOfMemoryError
   */
  allocate(bytes: number): number {
    const address = this.#low;
    const next = address + Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
    if (next > this.#high) throw new OutOfMemoryError(`host memory of ${this.size} bytes is full`);
    this.#low = next;
    return address;
  }

  /**
   * One large page, zeroed; returns its host-physical address.
   * @throws OutOfMemoryError
   */
  allocateLargePage(): number {
    const address = this.#high - LARGE_PAGE_SIZE;
    if (address < this.#low)
      throw new OutOfMemoryError(`host memory of ${this.size} bytes is full`);
    this.#high = address;
    return address;
  }

  /** Copies inside host memory. Addresses and length in bytes. */
  copy(to: number, from: number, length: number): void {
    this.bytes.copyWithin(to, from, from + length);
  }

  /** Copies a few bytes that do not overlap: for so few, a loop is faster than the call behind `copy`. */
  copyShort(to: number, from: number, length: number): void {
    let i = 0;
    if (((to | from) & 1) === 0) {
      const { u16 } = this;
      for (; i + 2 <= length; i += 2) u16[(to + i) >>> 1] = u16[(from + i) >>> 1];
    }
    const { bytes } = this;
    for (; i < length; i++) bytes[to + i] = bytes[from + i];
  }

  /** An unsigned 32-bit word at any address. The rare ways stand apart, so that V8 inlines the common one. */
  read32(address: number): number {
    return (address & 3) === 0 ? this.u32[address >>> 2] : this.#readBytes(address);
  }

  write32(address: number, value: number): void {
    if ((address & 3) === 0) this.u32[address >>> 2] = value;
    else this.#writeBytes(address, value);
  }

  #readBytes(address: number): number {
    const b = this.bytes;
    return (
      (b[address] | (b[address + 1] << 8) | (b[address + 2] << 16) | (b[address + 3] << 24)) >>> 0
    );
  }

  #writeBytes(address: number, value: number): void {
    const b = this.bytes;
    b[address] = value;
    b[address + 1] = value >>> 8;
    b[address + 2] = value >>> 16;
    b[address + 3] = value >>> 24;
  }
}
