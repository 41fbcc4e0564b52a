/**
 * Guest-physical addresses without memory behind them, for registers of devices. The root tells a guest in
 * its firmware which these are; it must not have memory there.
 */
export class MmioSpace {
  #next: number;
  #end: number;
  #free: { base: number; size: number }[] = [];

  /** `size` bytes from `base` on, both multiples of 4096. */
  constructor(base = 0xf8000000, size = 0x4000000) {
    this.#next = base;
    this.#end = base + size;
  }

  /** @param size a power of two; the address is a multiple of it, and of 4096. @returns -1 when nothing is left */
  allocate(size: number): number {
    const whole = Math.max(size, 4096);
    const index = this.#free.findIndex((range) => range.size === whole);
    if (index >= 0) return this.#free.splice(index, 1)[0].base;
    const base = Math.ceil(this.#next / whole) * whole;
    if (base + whole > this.#end) return -1;
    this.#next = base + whole;
    return base;
  }

  /** Gives back what `allocate` gave. */
  free(base: number, size: number): void {
    this.#free.push({ base, size: Math.max(size, 4096) });
  }
}
