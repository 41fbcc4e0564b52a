import { AddressTable } from '../../net/address-table.ts';
import { MAX_POOLS } from './layout.ts';
import { PoolMask } from './pool-mask.ts';
import type { SwitchRegisters } from './switch-registers.ts';
import * as spec from './switch-spec.ts';

/** Where frames with one destination and one VLAN go. */
export interface Route {
  /** Its destination is a unicast address that stands in the receive addresses: it does not leave. */
  readonly exact: boolean;
  /** Its destination is a group: what is sent to it leaves as well. */
  readonly group: boolean;
  /** Pools for a frame from the wire, and for one from inside before the sender is left out. */
  readonly fromWire: readonly number[];
  readonly fromInside: readonly number[];
  /** EXT_ADDRESS_QUEUE of the address; 0 for none. */
  readonly queue: number;
  /** The pool that the address is of, if it is of one only; else -1. */
  readonly only: number;
}

/** What an address in the receive addresses stands for. */
interface Station {
  pools: PoolMask;
  queue: number;
}

/** Untagged, in place of a VLAN. */
export const UNTAGGED = -1;
/** Longest frame without FCS and without tags that a pool takes which has no limit of its own. */
const USUAL_LONGEST = 1514;
const TAG = 4;
const FCS = 4;
/** Bits of `pool`'s way of taking frames. */
export const STRIP_VLAN = 1;
export const KEEP_FCS = 2;
export const SPREAD = 4;
/** Routes that are remembered: senders choose addresses, so there must be an end to it. */
const MAX_ROUTES = 4096;
const BROADCAST = 0xffff * 4294967296 + 0xffffffff;

/**
 * The switch's registers, compiled into what a frame needs: a frame looks its destination up once. Compiled
 * anew at the first frame after a register has been written.
 */
export class SwitchTables {
  /** By pool: longest frames without FCS, untagged and tagged, and how frames are stored. */
  readonly longest = new Int32Array(MAX_POOLS);
  readonly longestTagged = new Int32Array(MAX_POOLS);
  readonly storing = new Uint8Array(MAX_POOLS);
  readonly storingGroup = new Uint8Array(MAX_POOLS);
  loopback = false;
  ownFrames = PoolMask.NONE;
  stale = true;
  #registers: SwitchRegisters;
  #receive = PoolMask.ALL;
  #pools = 1;
  #stations = new Map<number, Station>();
  #vlans = new Map<number, PoolMask>();
  /** By VLAN + 1, so that untagged frames come first. */
  #routes: (AddressTable<Route> | undefined)[] = [];
  #remembered = 0;
  #with = new Map<number, PoolMask>();

  constructor(registers: SwitchRegisters) {
    this.#registers = registers;
  }

  /** @param pools how many pools there are functions for */
  compile(pools: number, receive: PoolMask): void {
    const registers = this.#registers;
    this.stale = false;
    this.#pools = pools;
    this.#receive = receive;
    this.#forget();
    this.#vlans.clear();
    this.#with.clear();
    this.#stations.clear();
    for (let i = 0; i < spec.ADDRESSES; i++) {
      const key = registers.addressKey(i);
      if (key < 0) continue;
      const known = this.#stations.get(key);
      const mask = registers.addressPools(i);
      const queue = registers.addressQueue(i);
      if (known === undefined) this.#stations.set(key, { pools: mask, queue });
      else known.pools = known.pools.or(mask);
    }
    this.loopback = registers.poolsOn && registers.has(spec.REG_DTXSWC, spec.DTXSWC_LOOPBACK);
    this.ownFrames = registers.localLoopback;
    for (let pool = 0; pool < pools; pool++) this.#compilePool(pool);
  }

  #compilePool(pool: number): void {
    const registers = this.#registers;
    const value = registers.offloads(pool);
    const replicated = registers.word(spec.REG_RPLOLR);
    const { poolsOn } = registers;
    const limited = poolsOn
      ? (value & spec.VMOLR_LONG_FRAMES) !== 0
      : registers.has(spec.REG_RCTL, spec.RCTL_LONG_FRAMES);
    const limit = poolsOn ? value & spec.VMOLR_LONGEST : registers.word(spec.REG_RLPML);
    this.longest[pool] = limited ? limit - FCS : USUAL_LONGEST;
    this.longestTagged[pool] = limited ? limit - FCS : USUAL_LONGEST + TAG;
    const crc = registers.has(spec.REG_RCTL, spec.RCTL_STRIP_CRC);
    const rss = registers.rssOn && (!poolsOn || (value & spec.VMOLR_RSS) !== 0);
    const storing = (bits: number) =>
      (poolsOn && (bits & spec.VMOLR_STRIP_VLAN) !== 0 ? STRIP_VLAN : 0) |
      (crc || (poolsOn && (bits & spec.VMOLR_STRIP_CRC) !== 0) ? 0 : KEEP_FCS) |
      (rss ? SPREAD : 0);
    this.storing[pool] = storing(value);
    this.storingGroup[pool] = storing(replicated);
  }

  /** Where a frame for the address of `key` (see macKey) in `vlan` goes. */
  route(key: number, vlan: number): Route {
    const table = this.#routes[vlan + 1];
    return table?.get(key) ?? this.#find(key, vlan);
  }

  #find(key: number, vlan: number): Route {
    if (++this.#remembered > MAX_ROUTES) this.#forget();
    this.#routes[vlan + 1] ??= new AddressTable<Route>();
    const route = this.#decide(key, vlan);
    this.#routes[vlan + 1]?.set(key, route);
    return route;
  }

  #forget(): void {
    this.#routes = [];
    this.#remembered = 0;
  }

  /** Whether `pool` may send from the address of `key`: it is one of the pool's own. */
  owns(pool: number, key: number): boolean {
    return this.#stations.get(key)?.pools.has(pool) === true;
  }

  /** Whether `pool` belongs to `vlan`. */
  inVlan(pool: number, vlan: number): boolean {
    return this.#vlanPools(vlan).has(pool);
  }

  #decide(key: number, vlan: number): Route {
    const group = (Math.floor(key / 2 ** 40) & 1) !== 0;
    const known = this.#stations.get(key);
    const registers = this.#registers;
    const { poolsOn } = registers;
    // An entry without a pool is none (unverified).
    const station = poolsOn && known?.pools.empty === true ? undefined : known;
    const exact = station !== undefined && !group;
    const queue = station?.queue ?? 0;
    const pools = station?.pools.list() ?? [];
    const only = pools.length === 1 ? pools[0] : -1;
    const none = { exact, group, fromWire: [], fromInside: [], queue, only };
    if (!registers.has(spec.REG_RCTL, spec.RCTL_ENABLE)) return none;
    if (!poolsOn) return { ...none, fromWire: this.#plain(key, vlan, station, group) };
    const wanted = this.#inVlan(this.#wanted(key, station, group), vlan);
    const inside = this.#finish(wanted);
    const byDefault = !group && wanted.empty && !registers.has(spec.REG_VT_CTL, spec.VT_NO_DEFAULT);
    if (!byDefault) return { ...none, fromWire: inside, fromInside: inside };
    return { ...none, fromWire: this.#finish(poolBit(registers.defaultPool)) };
  }

  /** Without pools: whether the one function wants the frame. Its pool is the last. */
  #plain(key: number, vlan: number, station: Station | undefined, group: boolean): number[] {
    const registers = this.#registers;
    const has = (bits: number) => registers.has(spec.REG_RCTL, bits);
    const hash = this.#hash(key);
    const wanted =
      key === BROADCAST
        ? has(spec.RCTL_BROADCAST)
        : station !== undefined ||
          (group
            ? has(spec.RCTL_MULTICAST_PROMISCUOUS) || registers.tableBit(spec.REG_MTA, hash)
            : has(spec.RCTL_UNICAST_PROMISCUOUS) || registers.tableBit(spec.REG_UTA, hash));
    const filtered = has(spec.RCTL_VLAN_FILTER) && vlan !== UNTAGGED;
    if (!wanted || (filtered && !registers.tableBit(spec.REG_VFTA, vlan))) return [];
    return [this.#pools - 1];
  }

  /** Pools that want frames for the address, whatever their VLAN. */
  #wanted(key: number, station: Station | undefined, group: boolean): PoolMask {
    if (key === BROADCAST) return this.#withBit(spec.VMOLR_BROADCAST);
    const all = this.#withBit(group ? spec.VMOLR_ALL_GROUPS : spec.VMOLR_ALL_UNICAST);
    if (station !== undefined) return all.or(station.pools);
    const table = group ? spec.REG_MTA : spec.REG_UTA;
    if (!this.#registers.tableBit(table, this.#hash(key))) return all;
    return all.or(this.#withBit(group ? spec.VMOLR_GROUP_HASH : spec.VMOLR_UNICAST_HASH));
  }

  #inVlan(pools: PoolMask, vlan: number): PoolMask {
    if (!this.#registers.has(spec.REG_RCTL, spec.RCTL_VLAN_FILTER)) return pools;
    if (vlan === UNTAGGED) return pools.and(this.#withBit(spec.VMOLR_UNTAGGED));
    const listed = this.#registers.tableBit(spec.REG_VFTA, vlan)
      ? this.#vlanPools(vlan)
      : PoolMask.NONE;
    return pools.and(listed.or(this.#withBit(spec.VMOLR_ALL_VLANS)));
  }

  /** The pools that receive; without replication the first of them only (unverified). */
  #finish(pools: PoolMask): number[] {
    const list = pools.and(this.#receive).and(PoolMask.first(this.#pools)).list();
    return this.#registers.has(spec.REG_VT_CTL, spec.VT_REPLICATION) ? list : list.slice(0, 1);
  }

  /** Pools whose VMOLR has `bit`. */
  #withBit(bit: number): PoolMask {
    let mask = this.#with.get(bit);
    if (mask !== undefined) return mask;
    mask = PoolMask.NONE;
    for (let pool = 0; pool < this.#pools; pool++)
      if ((this.#registers.offloads(pool) & bit) !== 0) mask = mask.or(poolBit(pool));
    this.#with.set(bit, mask);
    return mask;
  }

  #vlanPools(vlan: number): PoolMask {
    let mask = this.#vlans.get(vlan);
    if (mask === undefined) {
      mask = this.#registers.vlanPools(vlan);
      this.#vlans.set(vlan, mask);
    }
    return mask;
  }

  /** Which bit of a table of hashes stands for the address: 12 bits out of its last two bytes. */
  #hash(key: number): number {
    const mode = (this.#registers.word(spec.REG_RCTL) >>> spec.RCTL_HASH_SHIFT) & 3;
    const shift = [4, 3, 2, 0][mode];
    const low = key % 65536;
    return (((low >>> 8) >>> shift) | ((low & 0xff) << (8 - shift))) & 0xfff;
  }
}

export function poolBit(pool: number): PoolMask {
  return pool < 32 ? new PoolMask(1 << pool, 0) : new PoolMask(0, 1 << (pool - 32));
}
