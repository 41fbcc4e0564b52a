/** Vectors of a processor: those of the local APIC from 0x20 on. */
export const VECTORS = 32;

/** The interrupts that wait for a processor: what a local APIC keeps in its request register. */
export class PendingInterrupts {
  /** A bit for each vector that waits. */
  bits = 0;
  #posted = 0;
  #autoEoi = 0;
  /** Since when each one waits, in picoseconds. */
  #at = new Float64Array(VECTORS);

  /** @returns whether it is pending only now; one that waits already is not changed */
  request(vector: number, at: number, posted: boolean, autoEoi: boolean): boolean {
    const bit = 1 << vector;
    if ((this.bits & bit) !== 0) return false;
    this.bits |= bit;
    this.#posted = posted ? this.#posted | bit : this.#posted & ~bit;
    this.#autoEoi = autoEoi ? this.#autoEoi | bit : this.#autoEoi & ~bit;
    this.#at[vector] = at;
    return true;
  }

  /** It waits no more: it is served, or its level fell before that. */
  remove(vector: number): void {
    this.bits &= ~(1 << vector);
  }

  /** Whether the last request for `vector` reaches a running guest without an exit. */
  isPosted(vector: number): boolean {
    return (this.#posted & (1 << vector)) !== 0;
  }

  /** Whether its end of interrupt is the hypervisor's affair, at delivery. */
  endsItself(vector: number): boolean {
    return (this.#autoEoi & (1 << vector)) !== 0;
  }

  /** When `vector` can be taken, not earlier than `from`. */
  due(vector: number, from: number): number {
    const at = this.#at[vector];
    return from > at ? from : at;
  }

  /** The vector to take next: the lowest of those that are due by `now`, else the one due first. */
  next(now: number, from: number): number {
    const one = this.bits;
    if ((one & (one - 1)) === 0) return 31 - Math.clz32(one);
    let next = 0;
    let earliest = Infinity;
    for (let left = one; left !== 0; left &= left - 1) {
      const vector = 31 - Math.clz32(left & -left);
      const due = Math.max(this.due(vector, from), now);
      if (due >= earliest) continue;
      earliest = due;
      next = vector;
    }
    return next;
  }
}
