import { PoolMask } from './pool-mask.ts';
import type { RegisterBlock } from './register-block.ts';
import * as spec from './registers-spec.ts';

/** Where VFLRE, VFRE and VFTE stand; one word each holds 32 virtual functions. */
export interface EnableOffsets {
  vflre: number;
  vfre: number;
  vfte: number;
}

/**
 * VFLRE, VFRE and VFTE: which virtual functions were reset, may receive and may transmit (section 3).
 * A device reset leaves all of them on; a virtual function's reset clears its own bits, and the physical
 * function's driver sets them again.
 */
export class VirtualFunctionEnables implements RegisterBlock {
  readonly ranges: readonly (readonly [number, number])[];
  #words: number;
  #all: Uint32Array;
  /** VFLRE, VFRE, VFTE, `#words` of each. */
  #file: Uint32Array;
  #changed: (receive: PoolMask, transmit: PoolMask) => void;

  /** @param changed told what VFRE and VFTE are now, after each change */
  constructor(
    count: number,
    at: EnableOffsets,
    changed: (receive: PoolMask, transmit: PoolMask) => void = () => {},
  ) {
    this.#changed = changed;
    this.#words = Math.ceil(count / 32);
    this.#all = Uint32Array.from(
      { length: this.#words },
      (_, word) => 0xffffffff >>> (32 - Math.min(32, count - 32 * word)),
    );
    this.#file = new Uint32Array(3 * this.#words);
    this.ranges = [at.vflre, at.vfre, at.vfte].map((from) => [from, 4 * this.#words] as const);
    this.reset();
  }

  reset(): void {
    const words = this.#words;
    this.#file.fill(0, 0, words);
    this.#file.set(this.#all, words);
    this.#file.set(this.#all, 2 * words);
    this.#tell();
  }

  /** Virtual function `n` was reset. */
  resetFunction(n: number): void {
    const [word, bit] = [n >> 5, 1 << (n & 31)];
    this.#file[word] |= bit;
    this.#file[this.#words + word] &= ~bit;
    this.#file[2 * this.#words + word] &= ~bit;
    this.#tell();
  }

  /** Whether pool `n` may receive. */
  receives(n: number): boolean {
    return ((this.#file[this.#words + (n >> 5)] >>> (n & 31)) & 1) !== 0;
  }

  transmits(n: number): boolean {
    return ((this.#file[2 * this.#words + (n >> 5)] >>> (n & 31)) & 1) !== 0;
  }

  read(offset: number): number {
    return this.#file[this.#index(offset)];
  }

  write(offset: number, value: number, _at = 0): void {
    const index = this.#index(offset);
    if (index < this.#words) this.#file[index] &= ~value;
    else {
      this.#file[index] = value & this.#all[index % this.#words];
      this.#tell();
    }
  }

  #tell(): void {
    const words = this.#words;
    const of = (from: number) =>
      new PoolMask(this.#file[from], words > 1 ? this.#file[from + 1] : 0);
    this.#changed(of(words), of(2 * words));
  }

  #index(offset: number): number {
    const group = this.ranges.findIndex(([from, bytes]) => offset >= from && offset < from + bytes);
    return group * this.#words + ((offset - this.ranges[group][0]) >> 2);
  }
}

/** Offsets of the counters of a virtual function, in its mirror and, plus 0xf00, in its own window. */
export const VF_COUNTERS = [0x10, 0x14, 0x18, 0x34, 0x3c, 0x40, 0x44, 0x48, 0x50] as const;
const [VFGPRC, VFGPTC, VFGORC, VFGOTC, VFMPRC, VFGPRLBC, VFGPTLBC, VFGORLBC, VFGOTLBC] =
  VF_COUNTERS;
const FCS = 4;

/** What was counted for one virtual function: not cleared by a read, 32 bits that wrap. */
export class VirtualFunctionCounters {
  #file = new Uint32Array(0x54 >> 2);

  read(offset: number): number {
    return this.#file[offset >> 2] ?? 0;
  }

  reset(): void {
    this.#file.fill(0);
  }

  /** A frame of `length` bytes without FCS; `inside` when it never was on the wire. */
  received(length: number, multicast: boolean, inside: boolean): void {
    this.#file[(inside ? VFGPRLBC : VFGPRC) >> 2]++;
    this.#file[(inside ? VFGORLBC : VFGORC) >> 2] += length + FCS;
    if (multicast) this.#file[VFMPRC >> 2]++;
  }

  transmitted(length: number, inside: boolean): void {
    this.#file[(inside ? VFGPTLBC : VFGPTC) >> 2]++;
    this.#file[(inside ? VFGOTLBC : VFGOTC) >> 2] += length + FCS;
  }
}

/** The counters, VTCTRL and causes of each virtual function as the physical function sees them. */
export class VirtualFunctionMirrors implements RegisterBlock {
  readonly ranges: readonly (readonly [number, number])[];
  #counters: readonly VirtualFunctionCounters[];

  constructor(counters: readonly VirtualFunctionCounters[]) {
    this.#counters = counters;
    this.ranges = [[spec.VF_MIRROR, spec.VF_MIRROR_STEP * counters.length]];
  }

  read(offset: number): number {
    const n = Math.floor((offset - spec.VF_MIRROR) / spec.VF_MIRROR_STEP);
    return this.#counters[n].read((offset - spec.VF_MIRROR) % spec.VF_MIRROR_STEP);
  }

  write(_offset: number, _value: number, _at = 0): void {}
}
