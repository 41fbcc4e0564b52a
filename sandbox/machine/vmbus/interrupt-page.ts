import { type GuestMemory, READ, WRITE } from '../memory/guest-memory.ts';

/** Halves of an interrupt page, by the byte at which they begin. */
export const TO_GUEST = 0;
export const TO_HOST = 2048;
const HALF_BYTES = 2048;

/**
 * A page of the guest with a bit for each channel in each direction (facts, section 3). The lower half says
 * which channels the host means, before version 2.4; the upper half which ones the guest means, where they
 * have no connection of their own.
 */
export class InterruptPage {
  readonly gpa: number;
  #memory: GuestMemory;

  /** @param gpa as the guest gave it. An address that is no page of the guest's has no bits */
  constructor(memory: GuestMemory, gpa: number) {
    this.#memory = memory;
    this.gpa = gpa;
  }

  /** Sets the bit of channel `relid`. @returns whether it was clear before */
  set(half: typeof TO_GUEST | typeof TO_HOST, relid: number): boolean {
    const at = this.gpa + half + (relid >>> 5) * 4;
    if (!this.#isThere || !(relid >= 0 && relid < HALF_BYTES * 8)) return false;
    const word = this.#memory.read32(at);
    const bit = 1 << (relid & 31);
    this.#memory.write32(at, (word | bit) >>> 0);
    return (word & bit) === 0;
  }

  /** Takes every bit that is set in a half, lowest first. */
  take(half: typeof TO_GUEST | typeof TO_HOST, found: (relid: number) => void): void {
    if (!this.#isThere) return;
    for (let offset = 0; offset < HALF_BYTES; offset += 4) {
      const at = this.gpa + half + offset;
      const word = this.#memory.read32(at);
      if (word === 0) continue;
      this.#memory.write32(at, 0);
      for (let left = word; left !== 0; left &= left - 1)
        found(offset * 8 + 31 - Math.clz32(left & -left));
    }
  }

  get #isThere(): boolean {
    return this.gpa % 4096 === 0 && this.#memory.translate(this.gpa, READ | WRITE) >= 0;
  }
}
