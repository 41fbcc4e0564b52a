import { COMPATIBLE_POOLS } from './layout.ts';
import { PoolMask } from './pool-mask.ts';
import type { RegisterBlock } from './register-block.ts';
import * as spec from './switch-spec.ts';

/** Words at an offset, the bits that software may set, and their value after reset. */
interface Group {
  readonly at: number;
  readonly words: number;
  readonly mask: number;
  readonly reset?: number;
}

const ADDRESS_HIGH = 0x83fcffff;
const VLAN = 0x801fffff;
const OFFLOADS = 0xff833fff;
const ABOVE_7 = 0xffffff00;
const WORD = 0xffffffff;

const GROUPS: readonly Group[] = [
  { at: spec.REG_RCTL, words: 1, mask: WORD },
  { at: spec.REG_TCTL, words: 1, mask: WORD, reset: spec.TCTL_RESET },
  { at: spec.REG_QDE, words: 1, mask: 0xffff },
  { at: spec.REG_DTXSWC, words: 1, mask: 0x80ffffff },
  { at: spec.REG_WVBR, words: 1, mask: 0 },
  { at: spec.REG_VMVIR, words: COMPATIBLE_POOLS, mask: 0xc000ffff },
  { at: spec.REG_RLPML, words: 1, mask: spec.VMOLR_LONGEST },
  { at: spec.REG_MTA, words: spec.TABLE_WORDS, mask: WORD },
  { at: spec.REG_RAL, words: 32, mask: WORD },
  { at: spec.REG_RAL_16, words: 16, mask: WORD },
  { at: spec.REG_VFTA, words: spec.TABLE_WORDS, mask: WORD },
  { at: spec.REG_MRQC, words: 1, mask: WORD },
  { at: spec.REG_VT_CTL, words: 1, mask: 0x70001f80 },
  { at: spec.REG_VMOLR, words: COMPATIBLE_POOLS, mask: OFFLOADS, reset: spec.VMOLR_RESET },
  { at: spec.REG_RPLOLR, words: 1, mask: 0xc0000000, reset: 0x80000000 },
  { at: spec.REG_RETA, words: spec.RETA_WORDS, mask: WORD },
  { at: spec.REG_RSSRK, words: spec.RSSRK_WORDS, mask: WORD },
  { at: spec.REG_ETQF, words: spec.TYPE_FILTERS, mask: WORD },
  { at: spec.REG_VLVF, words: spec.COMPATIBLE_VLANS, mask: VLAN },
  { at: spec.REG_UTA, words: spec.TABLE_WORDS, mask: WORD },
  { at: spec.addressRegister(24), words: 2 * (spec.ADDRESSES - 24), mask: WORD },
  { at: spec.EXT_ADDRESS_POOLS, words: 2 * spec.ADDRESSES, mask: WORD },
  { at: spec.EXT_ADDRESS_QUEUE, words: spec.ADDRESSES, mask: 0xc00000ff },
  { at: spec.vlanRegister(32), words: spec.VLANS - 32, mask: VLAN },
  { at: spec.EXT_VLAN_POOLS, words: 2 * spec.VLANS, mask: WORD },
  { at: spec.EXT_VMOLR + 32, words: 56, mask: OFFLOADS, reset: spec.VMOLR_RESET },
  { at: spec.EXT_VMVIR + 32, words: 56, mask: 0xc000ffff },
  { at: spec.EXT_ADDRESS_SPOOF, words: 8, mask: WORD },
  { at: spec.EXT_WVBR, words: 2, mask: 0 },
];

const WINDOW_WORDS = 0x19000 >> 2;

/** Bits of each word of the window that software may set. */
function masks(): Uint32Array {
  const words = new Uint32Array(WINDOW_WORDS);
  for (const { at, words: count, mask } of GROUPS) words.fill(mask, at >> 2, (at >> 2) + count);
  for (let i = 0; i < spec.ADDRESSES; i++) {
    words[(spec.addressRegister(i) + 4) >> 2] = ADDRESS_HIGH;
    words[(spec.EXT_ADDRESS_POOLS + 8 * i) >> 2] = ABOVE_7;
  }
  for (let i = 0; i < spec.VLANS; i++) words[(spec.EXT_VLAN_POOLS + 8 * i) >> 2] = ABOVE_7;
  for (const at of [spec.EXT_ADDRESS_SPOOF, spec.EXT_VLAN_SPOOF, spec.EXT_LOCAL_LOOPBACK])
    words[at >> 2] = ABOVE_7;
  return words;
}

const MASKS = masks();

/**
 * The registers of the switch inside the NIC. The file is the truth; what it means is a getter. Whoever has
 * compiled them is told of every change by `changed`.
 */
export class SwitchRegisters implements RegisterBlock {
  readonly ranges = GROUPS.map(({ at, words }) => [at, 4 * words] as const);
  readonly file = new Uint32Array(WINDOW_WORDS);
  /** Called after a write. */
  changed: (offset: number) => void = () => {};

  constructor() {
    this.reset();
  }

  /** What a reset of the device leaves. Whoever asks for it puts the NIC's own address into entry 0. */
  reset(): void {
    this.file.fill(0);
    for (const { at, words, reset } of GROUPS)
      if (reset !== undefined) this.file.fill(reset, at >> 2, (at >> 2) + words);
    this.changed(0);
  }

  /** Offsets that are not listed read 0. */
  read(offset: number): number {
    const word = offset >>> 2;
    if (word >= WINDOW_WORDS) return 0;
    const value = this.file[word];
    if (offset === spec.REG_WVBR || (offset & ~4) === spec.EXT_WVBR) this.file[word] = 0;
    return value;
  }

  /** Reserved bits stay 0; offsets that are not listed ignore writes. */
  write(offset: number, value: number): void {
    const word = offset >>> 2;
    if (word >= WINDOW_WORDS || MASKS[word] === 0) return;
    this.file[word] = value & MASKS[word];
    this.changed(offset);
  }

  /** Pools of a field of 8 bits, and those from 8 on in the two words at `extended`. */
  #pools(bits: number, extended: number): PoolMask {
    const at = extended >> 2;
    return new PoolMask((bits & 0xff) | this.file[at], this.file[at + 1]);
  }

  /** Receive address `i` as a key (see macKey); -1 while it is not valid. */
  addressKey(i: number): number {
    const at = spec.addressRegister(i) >> 2;
    const high = this.file[at + 1];
    if ((high & spec.RAH_VALID) === 0) return -1;
    // The first byte on the wire is the lowest of RAL.
    return (
      swap16(this.file[at]) * 4294967296 + (swap16(this.file[at] >>> 16) * 65536 + swap16(high))
    );
  }

  addressPools(i: number): PoolMask {
    const high = this.file[(spec.addressRegister(i) + 4) >> 2];
    return this.#pools(high >>> spec.RAH_POOL_SHIFT, spec.EXT_ADDRESS_POOLS + 8 * i);
  }

  /** Register value of the queue that address `i` is bound to; 0 for none. */
  addressQueue(i: number): number {
    const value = this.file[(spec.EXT_ADDRESS_QUEUE >> 2) + i];
    return (value & spec.QUEUE_VALID) === 0 ? 0 : value;
  }

  /** Pools that are listed for `vlan` (0 to 4095), by all of its entries. */
  vlanPools(vlan: number): PoolMask {
    let pools = PoolMask.NONE;
    for (let i = 0; i < spec.VLANS; i++) {
      const value = this.file[spec.vlanRegister(i) >> 2];
      if ((value & spec.VLVF_ENABLE) === 0 || (value & 0xfff) !== vlan) continue;
      pools = pools.or(this.#pools(value >>> spec.VLVF_POOL_SHIFT, spec.EXT_VLAN_POOLS + 8 * i));
    }
    return pools;
  }

  offloads(pool: number): number {
    return this.file[spec.poolRegister(spec.REG_VMOLR, spec.EXT_VMOLR, pool) >> 2];
  }

  insertion(pool: number): number {
    return this.file[spec.poolRegister(spec.REG_VMVIR, spec.EXT_VMVIR, pool) >> 2];
  }

  get addressSpoof(): PoolMask {
    return this.#pools(this.word(spec.REG_DTXSWC), spec.EXT_ADDRESS_SPOOF);
  }

  get vlanSpoof(): PoolMask {
    return this.#pools(this.word(spec.REG_DTXSWC) >>> 8, spec.EXT_VLAN_SPOOF);
  }

  get localLoopback(): PoolMask {
    return this.#pools(this.word(spec.REG_DTXSWC) >>> 16, spec.EXT_LOCAL_LOOPBACK);
  }

  /** Pools whose frames of a stopped type do not leave. */
  get typeSpoof(): PoolMask {
    return this.#pools(0, spec.EXT_TYPE_SPOOF);
  }

  /** Types that those pools may not send. */
  get stoppedTypes(): number[] {
    const both = spec.ETQF_ENABLE | spec.ETQF_STOP_SENT;
    const first = spec.REG_ETQF >> 2;
    const filters = this.file.subarray(first, first + spec.TYPE_FILTERS);
    return Array.from(
      filters.filter((value) => (value & both) === both),
      (value) => value & 0xffff,
    );
  }

  get poolsOn(): boolean {
    const mode = this.word(spec.REG_MRQC) & spec.MRQC_MODE;
    return mode === spec.MRQC_POOLS || mode === spec.MRQC_POOLS_RSS;
  }

  get rssOn(): boolean {
    const mode = this.word(spec.REG_MRQC) & spec.MRQC_MODE;
    return mode === spec.MRQC_RSS || mode === spec.MRQC_POOLS_RSS;
  }

  get defaultPool(): number {
    return (this.word(spec.REG_VT_CTL) >>> spec.VT_POOL_SHIFT) & 63;
  }

  /** Whether `bit` (0 to 4095) is set in the table of bits at `table`. */
  tableBit(table: number, bit: number): boolean {
    return ((this.file[(table >> 2) + (bit >>> 5)] >>> (bit & 31)) & 1) !== 0;
  }

  /** Whether all of `bits` are set in the register at `offset`. */
  has(offset: number, bits: number): boolean {
    return (this.file[offset >> 2] & bits) !== 0;
  }

  word(offset: number): number {
    return this.file[offset >> 2];
  }

  /** Records that queue `queue` of `pool` sent what it may not. */
  recordSpoof(pool: number, queue: number): void {
    if (pool < COMPATIBLE_POOLS)
      this.file[spec.REG_WVBR >> 2] |= 1 << (pool + COMPATIBLE_POOLS * (queue & 1));
    this.file[(spec.EXT_WVBR >> 2) + (pool >>> 5)] |= 1 << (pool & 31);
  }
}

function swap16(value: number): number {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}
