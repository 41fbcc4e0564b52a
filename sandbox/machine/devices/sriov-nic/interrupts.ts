import type { RegisterBlock } from './register-block.ts';
import * as spec from './registers-spec.ts';
import { AUTO_CLEAR, AUTO_MASK, CAUSES, CauseLine, type InterruptVector, MASK } from './vector.ts';

/** The registers of up to 32 causes and the vector that each of them has. */
export class CauseSpace {
  /** EICR, EIMS, EIAC, EIAM. */
  readonly file = new Uint32Array(4);
  /** By bit; none where no function has a vector for it. */
  readonly vectors: (InterruptVector | undefined)[] = new Array(32).fill(undefined);
  #make: ((bit: number) => InterruptVector) | undefined;

  /** @param make gives a cause its vector once software routes something to it or sets its throttle */
  constructor(make?: (bit: number) => InterruptVector) {
    this.#make = make;
  }

  /** The vector of cause `bit`, made if need be. */
  vector(bit: number): InterruptVector | undefined {
    this.vectors[bit] ??= this.#make?.(bit);
    return this.vectors[bit];
  }
}

/**
 * One function's view of its causes: EICS to EIAM, EICR, EITR, IVAR and IVAR_MISC, at the same offsets in
 * every window. A virtual function of the 82576 has three bits of the physical function's space.
 */
export class FunctionInterrupts implements RegisterBlock {
  readonly ranges = [
    [spec.EICS, 20],
    [spec.EICR, 4],
    [spec.EITR, 128],
    [spec.IVAR, 4 * spec.IVAR_REGISTERS],
    [spec.IVAR_MISC, 4],
  ] as const;
  /** Causes of receive queue q at 2 q, of transmit queue q at 2 q + 1. */
  readonly lines: CauseLine[] = [];
  /** Everything that is no queue: link, mailbox. */
  readonly other = new CauseLine();
  #space: CauseSpace;
  #shift: number;
  #mask: number;
  #physical: boolean;
  /** IVAR 0 to 7 and IVAR_MISC; EITR n. */
  #ivar = new Uint32Array(spec.IVAR_REGISTERS + 1);
  #eitr = new Uint32Array(32);

  /**
   * @param shift bit of the function's first cause
   * @param bits how many causes it has, 1 to 32
   */
  constructor(space: CauseSpace, shift: number, bits: number, physical: boolean) {
    this.#space = space;
    this.#shift = shift;
    this.#mask = 0xffffffff >>> (32 - bits);
    this.#physical = physical;
    for (let n = 0; n < 32; n++) this.lines.push(new CauseLine());
  }

  /** The vector of this function's cause `bit`. */
  vector(bit: number): InterruptVector | undefined {
    return ((this.#mask >>> bit) & 1) === 0 ? undefined : this.#space.vectors[bit + this.#shift];
  }

  /** A reset of the function: masks and routes are gone, EITR survives. */
  reset(): void {
    const bits = ~(this.#mask << this.#shift);
    for (let n = 0; n < 4; n++) this.#space.file[n] &= bits;
    this.#ivar.fill(0);
    for (const line of [...this.lines, this.other]) line.vector = undefined;
    this.#each(0xffffffff, (vector) => vector.reset());
  }

  /** Vectors have come or gone: the routes are worked out again. */
  reroute(): void {
    for (let n = 0; n <= spec.IVAR_REGISTERS; n++) this.#setRoute(n, this.#ivar[n]);
  }

  read(offset: number): number {
    const { file } = this.#space;
    if (offset === spec.EIMS) return this.#own(file[MASK]);
    if (offset === spec.EIAC) return this.#own(file[AUTO_CLEAR]);
    if (offset === spec.EIAM) return this.#own(file[AUTO_MASK]);
    if (offset === spec.IVAR_MISC) return this.#ivar[spec.IVAR_REGISTERS];
    if (offset >= spec.IVAR) return this.#ivar[(offset - spec.IVAR) >> 2] ?? 0;
    if (offset >= spec.EITR) return this.#eitr[(offset - spec.EITR) >> 2] ?? 0;
    return offset === spec.EICR ? this.#takeCauses() : 0;
  }

  write(offset: number, value: number, at: number): void {
    const { file } = this.#space;
    const bits = (value & this.#mask) << this.#shift;
    const others = ~(this.#mask << this.#shift);
    if (offset === spec.EIMS) {
      const fresh = bits & ~file[MASK];
      file[MASK] |= bits;
      this.#each(fresh >>> this.#shift, (vector) => vector.unmask(at));
    } else if (offset === spec.EICS) this.#each(value, (vector) => vector.cause(at));
    else if (offset === spec.EIMC) {
      file[MASK] &= ~bits;
      this.#each(value, (vector) => vector.cancel());
    } else if (offset === spec.EIAC) file[AUTO_CLEAR] = (file[AUTO_CLEAR] & others) | bits;
    else if (offset === spec.EIAM) file[AUTO_MASK] = (file[AUTO_MASK] & others) | bits;
    else if (offset === spec.EICR) {
      file[CAUSES] &= ~bits;
      this.#each(value, (vector) => vector.cancel());
    } else if (offset === spec.IVAR_MISC) this.#setRoute(spec.IVAR_REGISTERS, value);
    else if (offset >= spec.IVAR) this.#setRoute((offset - spec.IVAR) >> 2, value);
    else if (offset >= spec.EITR) this.#setThrottle((offset - spec.EITR) >> 2, value);
  }

  #own(value: number): number {
    return ((value >>> this.#shift) & this.#mask) >>> 0;
  }

  /** A read of EICR clears it. */
  #takeCauses(): number {
    const { file } = this.#space;
    const causes = this.#own(file[CAUSES]);
    file[CAUSES] &= ~(this.#mask << this.#shift);
    this.#each(causes, (vector) => vector.cancel());
    return causes;
  }

  #setThrottle(bit: number, value: number): void {
    const vector = this.#routed(bit | spec.IVAR_VALID);
    if (vector === undefined) return;
    this.#eitr[bit] = value & spec.EITR_INTERVAL;
    vector.interval = ((value & spec.EITR_INTERVAL) >>> 2) * 1e6;
  }

  /**
   * Keeps a route and works out whom it is for. The physical function's IVAR n has the queues n and n + 8,
   * a virtual function's the queues 2 n and 2 n + 1: receive, transmit, receive, transmit.
   */
  #setRoute(n: number, value: number): void {
    this.#ivar[n] = value;
    if (n === spec.IVAR_REGISTERS) {
      this.other.vector = this.#routed(this.#physical ? value >>> 8 : value);
      return;
    }
    for (let i = 0; i < 4; i++) {
      const second = i >> 1;
      const queue = this.#physical ? n + 8 * second : 2 * n + second;
      this.lines[2 * queue + (i & 1)].vector = this.#routed(value >>> (8 * i));
    }
  }

  #routed(entry: number): InterruptVector | undefined {
    const bit = entry & spec.IVAR_VECTOR;
    if ((entry & spec.IVAR_VALID) === 0 || ((this.#mask >>> bit) & 1) === 0) return undefined;
    return this.#space.vector(bit + this.#shift);
  }

  #each(causes: number, act: (vector: InterruptVector) => void): void {
    for (let left = causes; left !== 0; left &= left - 1) {
      const vector = this.vector(31 - Math.clz32(left & -left));
      if (vector !== undefined) act(vector);
    }
  }
}
