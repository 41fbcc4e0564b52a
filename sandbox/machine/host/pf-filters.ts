import type { StationAddress } from '../devices/sriov-nic/mailbox-messages.ts';
import type { RegisterWindow } from '../devices/sriov-nic/register-block.ts';
import * as spec from '../devices/sriov-nic/switch-spec.ts';

const POOLS = 8;
const ADDRESSES = spec.COMPATIBLE_ADDRESSES;
const VLANS = spec.COMPATIBLE_VLANS;
/** Pool bit of the default pool's VLAN 0 is left alone. */
const NO_ENTRY = -1;
/** VMOLR of a virtual function after its reset: broadcasts and untagged frames, no FCS. */
const POOL_DEFAULT = spec.VMOLR_RESET | spec.VMOLR_BROADCAST | spec.VMOLR_UNTAGGED;

/**
 * The physical function's driver on the filters of the 82576, for at most eight pools: which addresses, groups
 * and VLANs virtual functions get. It keeps no copy: the registers are asked.
 */
export class PfFilters {
  #registers: RegisterWindow;
  /** Hashes of groups by virtual function. */
  #groups: (readonly number[])[] = [];

  constructor(registers: RegisterWindow) {
    this.#registers = registers;
  }

  /** A virtual function as after its reset: no VLANs, no groups, no further addresses. */
  resetPool(n: number, at: number): void {
    for (let i = 0; i < VLANS; i++) this.#leaveVlan(i, n, at);
    this.#write(spec.REG_VMVIR + 4 * n, 0, at);
    this.#write(spec.REG_VMOLR + 4 * n, POOL_DEFAULT, at);
    this.clearAddresses(n, at);
    this.setGroups(n, [], at);
  }

  /** The virtual function's own address stands in entry 23 - n; undefined takes it out. */
  setAddress(n: number, address: StationAddress | undefined, at: number): void {
    this.#setEntry(ADDRESSES - 1 - n, n, address, at);
  }

  /** One more address; false when all entries are taken. */
  addAddress(n: number, address: StationAddress, at: number): boolean {
    for (let i = 1; i < ADDRESSES - POOLS; i++) {
      if ((this.#registers.read(highOf(i)) & spec.RAH_VALID) !== 0) continue;
      this.#setEntry(i, n, address, at);
      return true;
    }
    return false;
  }

  /** All further addresses go. */
  clearAddresses(n: number, at: number): void {
    const own = (spec.RAH_VALID | (1 << (spec.RAH_POOL_SHIFT + n))) >>> 0;
    for (let i = 1; i < ADDRESSES - POOLS; i++)
      if ((this.#registers.read(highOf(i)) & ~0xffff) >>> 0 === own)
        this.#setEntry(i, n, undefined, at);
  }

  /** Groups by the 12 bits of their hash; the table is shared, so it is built again for everybody. */
  setGroups(n: number, hashes: readonly number[], at: number): void {
    this.#groups[n] = hashes;
    const table = new Uint32Array(spec.TABLE_WORDS);
    for (const own of this.#groups)
      for (const hash of own ?? []) table[(hash >>> 5) & 127] |= 1 << (hash & 31);
    for (const [word, bits] of table.entries()) this.#write(spec.REG_MTA + 4 * word, bits, at);
    this.#change(
      n,
      spec.VMOLR_ALL_GROUPS | spec.VMOLR_GROUP_HASH,
      hashes.length > 0 ? spec.VMOLR_GROUP_HASH : 0,
      at,
    );
  }

  /** All groups, or those by hash again. */
  setAllGroups(n: number, on: boolean, at: number): void {
    this.#change(n, spec.VMOLR_ALL_GROUPS, on ? spec.VMOLR_ALL_GROUPS : 0, at);
  }

  /** Longest frame with FCS. */
  setLongest(n: number, bytes: number, at: number): void {
    const bits = spec.VMOLR_LONGEST | spec.VMOLR_LONG_FRAMES;
    this.#change(n, bits, bytes | spec.VMOLR_LONG_FRAMES, at);
  }

  /** The virtual function takes part in `vlan`, or no longer does; false when all entries are taken. */
  setVlan(n: number, vlan: number, on: boolean, at: number): boolean {
    const i = this.#vlanEntry(vlan, on);
    if (!on) {
      if (i !== NO_ENTRY) this.#leaveVlan(i, n, at);
      return true;
    }
    if (i === NO_ENTRY) return false;
    const offset = spec.REG_VLVF + 4 * i;
    const pools = this.#registers.read(offset) & (0xff << spec.VLVF_POOL_SHIFT);
    const pool = 1 << (spec.VLVF_POOL_SHIFT + n);
    this.#setTable(vlan, true, at);
    this.#write(offset, spec.VLVF_ENABLE | pools | pool | vlan, at);
    return true;
  }

  /** The administrator's VLAN: what the virtual function sends is tagged, what it gets has the tag taken off. */
  setPortVlan(n: number, vlan: number, priority: number, at: number): boolean {
    for (let i = 0; i < VLANS; i++) this.#leaveVlan(i, n, at);
    if (vlan !== 0 && !this.setVlan(n, vlan, true, at)) return false;
    const tag = spec.VMVIR_ALWAYS | (priority << 13) | vlan;
    this.#write(spec.REG_VMVIR + 4 * n, vlan === 0 ? 0 : tag, at);
    const bits = spec.VMOLR_STRIP_VLAN | spec.VMOLR_UNTAGGED;
    this.#change(n, bits, vlan === 0 ? spec.VMOLR_UNTAGGED : spec.VMOLR_STRIP_VLAN, at);
    return true;
  }

  #vlanEntry(vlan: number, take: boolean): number {
    let free = NO_ENTRY;
    for (let i = 0; i < VLANS; i++) {
      const value = this.#registers.read(spec.REG_VLVF + 4 * i);
      const enabled = (value & spec.VLVF_ENABLE) !== 0;
      if (enabled && (value & 0xfff) === vlan) return i;
      if (!enabled && free === NO_ENTRY) free = i;
    }
    return take ? free : NO_ENTRY;
  }

  /** Takes a pool out of entry `i`; without pools the VLAN goes. */
  #leaveVlan(i: number, n: number, at: number): void {
    const offset = spec.REG_VLVF + 4 * i;
    const value = this.#registers.read(offset);
    const pool = 1 << (spec.VLVF_POOL_SHIFT + n);
    if ((value & pool) === 0) return;
    const left = value & ~pool;
    const empty = (left & (0xff << spec.VLVF_POOL_SHIFT)) === 0;
    this.#write(offset, empty ? 0 : left, at);
    if (empty) this.#setTable(value & 0xfff, false, at);
  }

  #setTable(vlan: number, on: boolean, at: number): void {
    const offset = spec.REG_VFTA + 4 * (vlan >>> 5);
    const bit = 1 << (vlan & 31);
    const before = this.#registers.read(offset);
    this.#write(offset, on ? before | bit : before & ~bit, at);
  }

  #setEntry(i: number, n: number, address: StationAddress | undefined, at: number): void {
    const { low, high } = address ?? { low: 0, high: 0 };
    const pool = 1 << (spec.RAH_POOL_SHIFT + n);
    const valid = address === undefined ? 0 : spec.RAH_VALID | pool;
    this.#write(highOf(i), 0, at);
    this.#write(highOf(i) - 4, low, at);
    this.#write(highOf(i), valid | high, at);
  }

  #change(n: number, clear: number, set: number, at: number): void {
    const offset = spec.REG_VMOLR + 4 * n;
    this.#write(offset, (this.#registers.read(offset) & ~clear) | set, at);
  }

  #write(offset: number, value: number, at: number): void {
    this.#registers.write(offset, value >>> 0, at);
  }
}

function highOf(entry: number): number {
  return spec.addressRegister(entry) + 4;
}
