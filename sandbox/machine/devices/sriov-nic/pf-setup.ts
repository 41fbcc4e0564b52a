import type { MacAddress } from '../../net/frame.ts';
import type { SwitchRegisters } from './switch-registers.ts';
import * as spec from './switch-spec.ts';
import { poolBit } from './switch-tables.ts';

/** FCS and one VLAN tag, which a limit in bytes counts. */
const FCS_AND_TAG = 8;
const COMMON =
  spec.VMOLR_STRIP_CRC |
  spec.VMOLR_BROADCAST |
  spec.VMOLR_GROUP_HASH |
  spec.VMOLR_UNTAGGED |
  spec.VMOLR_LONG_FRAMES;

/**
 * The registers as a driver of the physical function leaves them when it has come up: receive and transmit on,
 * pools with the physical function's as the default, loopback, broadcasts to everybody. No filter of VLANs, no
 * check of what virtual functions send. A driver that writes registers itself need not call this.
 */
export class PfSetup {
  #registers: SwitchRegisters;
  #longest: number;
  #pool = 0;

  /** @param maxFrame longest frame without FCS that pools take */
  constructor(registers: SwitchRegisters, maxFrame: number) {
    this.#registers = registers;
    this.#longest = maxFrame + FCS_AND_TAG;
    registers.write(spec.REG_RCTL, spec.RCTL_ENABLE | spec.RCTL_BROADCAST | spec.RCTL_STRIP_CRC);
    registers.write(spec.REG_TCTL, spec.TCTL_RESET | spec.TCTL_ENABLE);
    registers.write(spec.REG_MRQC, spec.MRQC_POOLS);
    registers.write(spec.REG_DTXSWC, spec.DTXSWC_LOOPBACK);
    // The driver's addresses take the place of the one that the NVM has put into entry 0.
    registers.write(spec.REG_RAL + 4, 0);
    registers.write(spec.REG_RAL, 0);
  }

  /** There are `vfs` virtual functions now: the physical function's pool comes after theirs. */
  functionsChanged(vfs: number): void {
    const registers = this.#registers;
    const before = this.#pool;
    this.#pool = vfs;
    for (let i = 0; i < spec.ADDRESSES && vfs !== before; i++)
      if (registers.addressPools(i).has(before)) this.#setPool(i, vfs);
    const pools = vfs << spec.VT_POOL_SHIFT;
    registers.write(spec.REG_VT_CTL, spec.VT_REPLICATION | pools);
    if (vfs > 0) registers.write(offloadsOf(vfs - 1), COMMON | this.#longest);
    registers.write(offloadsOf(vfs), COMMON | spec.VMOLR_ALL_GROUPS | this.#longest);
  }

  /** Binds `mac` to `pool`, and to its queue `queue` or by flow; false when no entry is free. */
  setAddress(mac: MacAddress, pool: number, queue: number | undefined): boolean {
    const registers = this.#registers;
    const i = this.#entryFor(mac, pool);
    if (i < 0) return false;
    const at = spec.addressRegister(i);
    const binding = queue === undefined ? spec.QUEUE_BY_FLOW : queue;
    registers.write(spec.EXT_ADDRESS_QUEUE + 4 * i, spec.QUEUE_VALID | binding);
    registers.write(at, swapped(mac.high) | (swapped(mac.low >>> 16) << 16));
    this.#setPool(i, pool, swapped(mac.low));
    return true;
  }

  /** The entry that has the address; a virtual function's first is 23 - n, others are what is free. */
  #entryFor(mac: MacAddress, pool: number): number {
    const key = mac.high * 4294967296 + mac.low;
    const free = (i: number) => this.#registers.addressKey(i) < 0;
    for (let i = 0; i < spec.ADDRESSES; i++) if (this.#registers.addressKey(i) === key) return i;
    const usual = spec.COMPATIBLE_ADDRESSES - 1 - pool;
    if (pool !== this.#pool && pool < 8 && free(usual)) return usual;
    for (let i = 0; i < spec.ADDRESSES; i++) if (free(i)) return i;
    return -1;
  }

  /** Gives entry `i` to `pool` alone. The word that makes it valid comes last, and moves it at once. */
  #setPool(i: number, pool: number, address?: number): void {
    const registers = this.#registers;
    const at = spec.addressRegister(i) + 4;
    const { low, high } = poolBit(pool);
    const low16 = address ?? registers.read(at) & 0xffff;
    registers.write(spec.EXT_ADDRESS_POOLS + 8 * i, low);
    registers.write(spec.EXT_ADDRESS_POOLS + 8 * i + 4, high);
    const own = (low & 0xff) << spec.RAH_POOL_SHIFT;
    registers.write(at, spec.RAH_VALID | own | low16);
  }
}

function offloadsOf(pool: number): number {
  return spec.poolRegister(spec.REG_VMOLR, spec.EXT_VMOLR, pool);
}

function swapped(value: number): number {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}
