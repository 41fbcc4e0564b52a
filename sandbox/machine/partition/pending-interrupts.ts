/** Vectors of a processor: those of the local APIC from 0x20 on. */
export const VECTORS = 32;

/** Where an interrupt comes from: another partition's signal, a timer or the hypervisor itself. */
export const SIGNALLED = 0;
/** A device's message to the hypervisor, which takes the physical interrupt and passes it on. */
export const FROM_DEVICE = 1;
/** A device's message straight to the processor: one that runs takes it without an exit. */
export const POSTED = 2;
export type InterruptOrigin = typeof SIGNALLED | typeof FROM_DEVICE | typeof POSTED;

/** The interrupts that wait for a processor: what a local APIC keeps in its request register. */
export class PendingInterrupts {
  /** A bit for each vector that waits. */
  bits = 0;
  #origins = new Uint8Array(VECTORS);
  #autoEoi = 0;
  /** Since when each one waits, in picoseconds. */
  #at = new Float64Array(VECTORS);

  /** @returns whether it is pending only now; one that waits already is not changed */
  request(vector: number, at: number, origin: InterruptOrigin, autoEoi: boolean): boolean {
    const bit = 1 << vector;
    if ((this.bits & bit) !== 0) return false;
    this.bits |= bit;
    this.#origins[vector] = origin;
    this.#autoEoi = autoEoi ? this.#autoEoi | bit : this.#autoEoi & ~bit;
    this.#at[vector] = at;
    return true;
  }

  /** It waits no more: it is served, or its level fell before that. */
  remove(vector: number): void {
    this.bits &= ~(1 << vector);
  }

  /** Where the last request for `vector` came from. */
  originOf(vector: number): InterruptOrigin {
    return this.#origins[vector] as InterruptOrigin;
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
