import type { RegisterBlock } from './register-block.ts';
import * as spec from './registers-spec.ts';

/** Offsets of the counters that this model counts (section 3, statistics). */
export const MPC = 0x4010;
export const PRC64 = 0x405c;
export const GPRC = 0x4074;
export const BPRC = 0x4078;
export const MPRC = 0x407c;
export const GPTC = 0x4080;
export const GORCL = 0x4088;
export const GOTCL = 0x4090;
export const RUC = 0x40a4;
export const ROC = 0x40ac;
export const TORL = 0x40c0;
export const TOTL = 0x40c8;
export const TPR = 0x40d0;
export const TPT = 0x40d4;
export const PTC64 = 0x40d8;
export const MPTC = 0x40f0;
export const BPTC = 0x40f4;
/** Spoofed frames that were dropped. */
export const SSVPC = 0x41a0;

/** Low halves of counters of 64 bits; the read of the high half clears both. */
const WIDE = [GORCL, GOTCL, TORL, TOTL];
const FCS = 4;

/** Counters of the port: cleared by a read. A counter of 32 bits stays at its end (unverified). */
export class Statistics implements RegisterBlock {
  readonly ranges = [[spec.STATISTICS, spec.STATISTICS_BYTES]] as const;
  #file = new Uint32Array(spec.STATISTICS_BYTES >> 2);
  /** Counters that others keep, and what of them has been read. */
  #sources = new Map<number, { total: () => number; seen: number }>();

  reset(): void {
    this.#file.fill(0);
    for (const source of this.#sources.values()) source.seen = source.total();
  }

  /** A frame of `length` bytes without FCS from the wire, whose address begins with byte `first`. */
  received(length: number, first: number, broadcast: boolean): void {
    this.#count(GPRC);
    this.#count(TPR);
    this.#count(PRC64 + 4 * sizeClass(length + FCS));
    this.#addWide(GORCL, length + FCS);
    this.#addWide(TORL, length + FCS);
    if (broadcast) this.#count(BPRC);
    else if ((first & 1) !== 0) this.#count(MPRC);
  }

  /** A frame to the wire. */
  transmitted(length: number, first: number, broadcast: boolean): void {
    this.#count(GPTC);
    this.#count(TPT);
    this.#count(PTC64 + 4 * sizeClass(length + FCS));
    this.#addWide(GOTCL, length + FCS);
    this.#addWide(TOTL, length + FCS);
    if (broadcast) this.#count(BPTC);
    else if ((first & 1) !== 0) this.#count(MPTC);
  }

  /** The register at `offset` counts what `total` gives, which only grows. */
  from(offset: number, total: () => number): void {
    this.#sources.set(offset, { total, seen: 0 });
  }

  read(offset: number): number {
    const source = this.#sources.get(offset);
    if (source !== undefined) return this.#take(source);
    const index = (offset - spec.STATISTICS) >> 2;
    const value = this.#file[index];
    if (WIDE.includes(offset)) return value;
    this.#file[index] = 0;
    if (WIDE.includes(offset - 4)) this.#file[index - 1] = 0;
    return value;
  }

  write(_offset: number, _value: number, _at = 0): void {}

  #take(source: { total: () => number; seen: number }): number {
    const total = source.total();
    const since = Math.min(0xffffffff, total - source.seen);
    source.seen = total;
    return since;
  }

  #count(offset: number): void {
    const index = (offset - spec.STATISTICS) >> 2;
    if (this.#file[index] !== 0xffffffff) this.#file[index]++;
  }

  #addWide(offset: number, bytes: number): void {
    const index = (offset - spec.STATISTICS) >> 2;
    const low = this.#file[index] + bytes;
    this.#file[index] = low;
    if (low > 0xffffffff) this.#file[index + 1]++;
  }
}

/** 64 bytes, to 127, 255, 511, 1023 and beyond. */
function sizeClass(bytes: number): number {
  if (bytes <= 64) return 0;
  return Math.min(5, 26 - Math.clz32(bytes));
}
