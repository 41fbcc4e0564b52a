import { poolOf } from '../machine/devices/sriov-nic/layout.ts';
import type { SwitchRegisters } from '../machine/devices/sriov-nic/switch-registers.ts';
import * as spec from '../machine/devices/sriov-nic/switch-spec.ts';
import { UsageError } from './usage.ts';

/** Filters of the switch inside the NIC, in words. Pools are numbers from 0 on; the last is the PF's. */
export interface NicFilters {
  /** Addresses, such as '02:00:00:00:00:01', with the pools that get frames for them. At most 24. */
  addresses: readonly { mac: string; pools: readonly number[] }[];
  /** Pools that get broadcasts. */
  broadcast: readonly number[];
  /** VLANs with the pools that are in them, at most 32. With any, frames of other VLANs reach nobody. */
  vlans?: readonly { vlan: number; pools: readonly number[] }[];
  /** Pools that get untagged frames; all when left out. Only looked at when there are VLANs. */
  untagged?: readonly number[];
  /** Pools whose frames must come from one of their own addresses. */
  checkAddress?: readonly number[];
  /** Pools whose tagged frames must be of a VLAN that they are in. */
  checkVlan?: readonly number[];
  /** Pools that may not send pause frames. Not on a real 82576: later parts of the family have this one. */
  stopPause?: readonly number[];
}

/** A host whose filters are to be set. */
export interface FilterSite {
  /** Its machines. One without a virtual function has the root's pool: the virtual switch passes on from there. */
  machines: readonly { name: string; mac: string; vlan: number; pool: number }[];
  /** The pool of the physical function. */
  rootPool: number;
}

/** A write of a register by the PF driver. */
export interface RegisterWrite {
  name: string;
  offset: number;
  value: number;
  meaning: string;
}

/** Pools that an 82576 has. */
const MOST_POOLS = 8;
const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i;
const LONGEST = 1522;

/**
 * What the PF driver writes for these filters on a NIC with `vfs` virtual functions, in order.
 * @throws UsageError that names the filter, what was given and what is accepted
 */
export function filterRegisters(filters: NicFilters, vfs: number): RegisterWrite[] {
  check(filters, vfs);
  const { addresses, vlans = [] } = filters;
  const writes: RegisterWrite[] = [];
  const add = (name: string, offset: number, value: number, meaning: string) =>
    writes.push({ name, offset, value: value >>> 0, meaning });
  const receive = spec.RCTL_ENABLE | spec.RCTL_BROADCAST | spec.RCTL_STRIP_CRC;
  const byVlan = vlans.length > 0;
  const rctl = receive | (byVlan ? spec.RCTL_VLAN_FILTER : 0);
  add('RCTL', spec.REG_RCTL, rctl, byVlan ? 'receive, filter by VLAN' : 'receive');
  for (const [i, { mac, pools }] of addresses.entries()) {
    const b = mac.split(':').map((byte) => Number.parseInt(byte, 16));
    const at = spec.addressRegister(i);
    const high = b[4] | (b[5] << 8) | (bits(pools) << spec.RAH_POOL_SHIFT) | spec.RAH_VALID;
    add(`RAL ${i}`, at, b[0] | (b[1] << 8) | (b[2] << 16) | (b[3] << 24), `for ${mac}`);
    add(`RAH ${i}`, at + 4, high, `${mac} to ${named(pools)}`);
  }
  for (const [word, value] of vlanWords(vlans.map(({ vlan }) => vlan)))
    add(`VFTA ${word}`, spec.REG_VFTA + 4 * word, value, 'VLANs that any pool has');
  for (const [i, { vlan, pools }] of vlans.entries()) {
    const value = vlan | (bits(pools) << spec.VLVF_POOL_SHIFT) | spec.VLVF_ENABLE;
    add(`VLVF ${i}`, spec.vlanRegister(i), value, `VLAN ${vlan}: ${named(pools)}`);
  }
  for (let pool = 0; pool <= vfs; pool++) {
    const [value, meaning] = offloads(filters, pool);
    add(`VMOLR ${pool}`, spec.REG_VMOLR + 4 * pool, value, meaning);
  }
  const { checkAddress = [], checkVlan = [], stopPause = [] } = filters;
  const checked = bits(checkAddress) | (bits(checkVlan) << 8) | spec.DTXSWC_LOOPBACK;
  const names = `addresses of ${named(checkAddress)}, VLANs of ${named(checkVlan)}`;
  add('DTXSWC', spec.REG_DTXSWC, checked, `frames may stay inside; checked are ${names}`);
  const type = spec.ETQF_ENABLE | spec.ETQF_STOP_SENT | spec.TYPE_MAC_CONTROL;
  if (stopPause.length === 0) return writes;
  add('ETQF 0', spec.REG_ETQF, type, 'type 8808 may be stopped');
  add('type check', spec.EXT_TYPE_SPOOF, bits(stopPause), `stopped for ${named(stopPause)}`);
  return writes;
}

/** Takes the filters away that are there, and sets these. */
export function applyFilters(registers: SwitchRegisters, filters: NicFilters, vfs: number): void {
  const writes = filterRegisters(filters, vfs);
  for (let i = 0; i < spec.ADDRESSES; i++) {
    registers.write(spec.addressRegister(i) + 4, 0);
    registers.write(spec.EXT_ADDRESS_POOLS + 8 * i, 0);
    registers.write(spec.EXT_ADDRESS_QUEUE + 4 * i, 0);
  }
  registers.write(spec.EXT_TYPE_SPOOF, 0);
  for (let i = 0; i < spec.VLANS; i++) registers.write(spec.vlanRegister(i), 0);
  for (let i = 0; i < spec.TABLE_WORDS; i++) registers.write(spec.REG_VFTA + 4 * i, 0);
  for (const { offset, value } of writes) registers.write(offset, value);
}

function offloads(filters: NicFilters, pool: number): [value: number, meaning: string] {
  const { broadcast, untagged } = filters;
  const takes = untagged === undefined || untagged.includes(pool);
  let value = spec.VMOLR_STRIP_CRC | spec.VMOLR_LONG_FRAMES | LONGEST;
  if (broadcast.includes(pool)) value |= spec.VMOLR_BROADCAST;
  if (takes) value |= spec.VMOLR_UNTAGGED;
  const what = [
    `${broadcast.includes(pool) ? '' : 'no '}broadcasts`,
    `${takes ? '' : 'no '}untagged frames`,
  ];
  return [value, `pool ${pool}: ${what.join(', ')}`];
}

/** Words of VFTA with their bits. */
function vlanWords(vlans: readonly number[]): Map<number, number> {
  const words = new Map<number, number>();
  for (const vlan of vlans)
    words.set(vlan >>> 5, (words.get(vlan >>> 5) ?? 0) | (1 << (vlan & 31)));
  return words;
}

function bits(pools: readonly number[]): number {
  return pools.reduce((mask, pool) => mask | (1 << pool), 0);
}

function named(pools: readonly number[]): string {
  if (pools.length === 0) return 'no pool';
  return `pool${pools.length === 1 ? '' : 's'} ${pools.join(', ')}`;
}

function check(filters: NicFilters, vfs: number): void {
  const { addresses, broadcast, vlans = [] } = filters;
  const last = poolOf(0, vfs);
  if (last >= MOST_POOLS) throw new UsageError(`filters: ${vfs} virtual functions are too many`);
  const pools = (name: string, list: unknown) => {
    const good = (pool: unknown) =>
      Number.isInteger(pool) && Number(pool) >= 0 && Number(pool) <= last;
    if (!Array.isArray(list) || !list.every(good))
      throw new UsageError(
        `${name}: ${JSON.stringify(list)} is not a list of pools from 0 to ${last}`,
      );
  };
  if (!Array.isArray(addresses) || addresses.length > spec.COMPATIBLE_ADDRESSES)
    throw new UsageError(`addresses: not a list of at most ${spec.COMPATIBLE_ADDRESSES} entries`);
  for (const entry of addresses) {
    if (!MAC.test(String(entry?.mac)))
      throw new UsageError(
        `addresses: '${entry?.mac}' is not an address such as 02:00:00:00:00:01`,
      );
    pools(`address ${entry.mac}`, entry.pools);
  }
  if (!Array.isArray(vlans) || vlans.length > spec.COMPATIBLE_VLANS)
    throw new UsageError(`vlans: not a list of at most ${spec.COMPATIBLE_VLANS} entries`);
  for (const entry of vlans) {
    const { vlan } = entry ?? {};
    if (!Number.isInteger(vlan) || vlan < 0 || vlan > 4094)
      throw new UsageError(`vlans: ${vlan} is not a VLAN from 0 to 4094`);
    pools(`VLAN ${vlan}`, entry.pools);
  }
  pools('broadcast', broadcast);
  for (const name of ['untagged', 'checkAddress', 'checkVlan', 'stopPause'] as const)
    if (filters[name] !== undefined) pools(name, filters[name]);
}
