import {
  DEVICE_CONTROL,
  EXPRESS_ID,
  INITIATE_FUNCTION_RESET,
} from '../bus/pci/capabilities/express.ts';
import { findCapability } from '../bus/pci/capabilities/header.ts';
import {
  SRIOV_CONTROL,
  SRIOV_DEVICE_ID,
  SRIOV_FIRST_OFFSET,
  SRIOV_NUM_VFS,
  SRIOV_STRIDE,
  VF_ENABLE,
  VF_MEMORY_ENABLE,
} from '../bus/pci/capabilities/sr-iov.ts';
import { PCI_VENDOR } from '../bus/pci/configuration-space.ts';
import { enableVirtualFunctions } from '../bus/pci/enable-vfs.ts';
import type { ConfigurationAccess, FoundFunction } from '../bus/pci/enumeration.ts';
import { virtualFunctionId } from '../bus/pci/requester-id.ts';
import { COMPATIBLE_POOLS } from '../devices/sriov-nic/layout.ts';
import type { SriovNic } from '../devices/sriov-nic/nic.ts';
import { controlLayout } from '../devices/sriov-nic/registers-spec.ts';
import {
  ETQF_ENABLE,
  ETQF_STOP_SENT,
  EXT_ADDRESS_SPOOF,
  EXT_TYPE_SPOOF,
  EXT_VMOLR,
  poolRegister,
  REG_DTXSWC,
  REG_ETQF,
  REG_VMOLR,
  TYPE_MAC_CONTROL,
  VMOLR_BROADCAST,
  VMOLR_GROUP_HASH,
} from '../devices/sriov-nic/switch-spec.ts';
import { type MacAddress, macBytes, macKey } from '../net/frame.ts';
import type { NicSwitchCapabilities } from './nic-switch/capabilities.ts';
import type { PfHardware } from './nic-switch/pf-hardware.ts';
import type { ReceiveFilter } from './nic-switch/receive-filters.ts';
import { NDIS_DEFAULT_VPORT_ID } from './nic-switch/spec.ts';

/** The NIC of this host has the registers for more than 8 virtual functions. */
const CONTROL = controlLayout(true);

/** The block of the backchannel in which a VF's driver finds its address and its queue pairs. */
export const BLOCK_RESOURCES = 0;
/** Six bytes of address, and the number of queue pairs. */
export const BLOCK_RESOURCES_BYTES = 7;

/** What a physical function's driver has before it. */
export interface PfParts {
  capabilities: NicSwitchCapabilities;
  /** Configuration space of the hierarchy, and what firmware found of the physical function there. */
  access: ConfigurationAccess;
  pf: FoundFunction;
  nic: SriovNic;
}

/** A virtual function as this driver keeps it. */
interface KnownVf {
  mac: MacAddress;
  queuePairs: number;
}

/**
 * The driver of the physical function, as far as it serves Windows' requests: virtual functions come and go
 * by configuration space, filters stand in the NIC's registers. Frames for a group come in by the default
 * port alone, from where the virtual switch spreads them: a virtual function's pool takes its own address
 * and nothing else, and sends from no other.
 */
export class PfDriver implements PfHardware {
  readonly capabilities: NicSwitchCapabilities;
  /** Queue of the default port for each address, where it is not spread by flow. */
  readonly defaultQueues = new Map<number, number>();
  readonly #access: ConfigurationAccess;
  readonly #pf: FoundFunction;
  readonly #nic: SriovNic;
  #vfs = new Map<number, KnownVf>();
  /** Function of the NIC behind each port. */
  #functions = new Map<number, number>([[NDIS_DEFAULT_VPORT_ID, 0]]);

  constructor({ capabilities, access, pf, nic }: PfParts) {
    this.capabilities = capabilities;
    this.#access = access;
    this.#pf = pf;
    this.#nic = nic;
  }

  /** Virtual Function Device ID, which a function's own configuration space does not tell. */
  get vfIds(): { vendor: number; device: number } {
    const read = this.#reader(this.#pf.requesterId);
    return { vendor: read(PCI_VENDOR, 2), device: read(this.#capability + SRIOV_DEVICE_ID, 2) };
  }

  /** What each base address register of a virtual function reads after ones were written to it. */
  get probedBars(): readonly number[] {
    const probed = [0, 0, 0, 0, 0, 0];
    for (const { virtual, bar, alignment, kind, wide } of this.#pf.regions) {
      if (!virtual) continue;
      const type = (wide ? 4 : 0) | (kind === 'prefetchable' ? 8 : 0);
      probed[bar] = (-alignment | type) >>> 0;
      if (wide) probed[bar + 1] = 0xffffffff;
    }
    return probed;
  }

  enableVfs(count: number): boolean {
    if (count > 0) return enableVirtualFunctions(this.#access, this.#pf, count).kind === 'enabled';
    const read = this.#reader(this.#pf.requesterId);
    const control = read(this.#capability + SRIOV_CONTROL, 2);
    this.#write(SRIOV_CONTROL, control & ~(VF_ENABLE | VF_MEMORY_ENABLE));
    this.#write(SRIOV_NUM_VFS, 0);
    return true;
  }

  requesterIdOf(vf: number): number {
    const { requesterId } = this.#pf;
    const read = this.#reader(requesterId);
    const first = read(this.#capability + SRIOV_FIRST_OFFSET, 2);
    return virtualFunctionId(requesterId, first, read(this.#capability + SRIOV_STRIDE, 2), vf);
  }

  allocateVf(vf: number, mac: MacAddress): void {
    this.#vfs.set(vf, { mac, queuePairs: 0 });
  }

  /** A port's queues are those of its function's pool. */
  createVPort(vport: number, vf: number | undefined, queuePairs: number): boolean {
    this.#functions.set(vport, vf === undefined ? 0 : vf + 1);
    const known = vf === undefined ? undefined : this.#vfs.get(vf);
    if (vf === undefined || known === undefined) return true;
    known.queuePairs = queuePairs;
    // Pools come in a row: those before it may be without a port.
    for (let n = this.#nic.functions.length - 1; n < vf; n++) this.#addPool(1);
    if (this.#nic.functions.length === vf + 1) this.#addPool(queuePairs);
    else this.#nic.renewVf(vf + 1, queuePairs);
    this.#enable(vf, true);
    return true;
  }

  deleteVPort(vport: number): void {
    const index = this.#functions.get(vport) ?? 0;
    this.#functions.delete(vport);
    if (index > 0) this.#enable(index - 1, false);
  }

  /** The physical function's queues are all on already. */
  activateVPort(): void {}

  setFilter(filter: ReceiveFilter): boolean {
    return this.#point(filter, filter.vport);
  }

  moveFilter(filter: ReceiveFilter, vport: number): boolean {
    return this.#point(filter, vport);
  }

  clearFilter(filter: ReceiveFilter): void {
    this.#point(filter, NDIS_DEFAULT_VPORT_ID);
  }

  /** By the function's own Initiate Function Level Reset. */
  resetVf(vf: number): void {
    const rid = this.requesterIdOf(vf);
    const at = findCapability(this.#reader(rid), EXPRESS_ID) + DEVICE_CONTROL;
    const control = this.#access.configurationRead(rid, at, 2);
    this.#access.configurationWrite(rid, at, 2, control | INITIATE_FUNCTION_RESET);
  }

  readVfConfiguration(vf: number, offset: number, size: number): number {
    return this.#access.configurationRead(this.requesterIdOf(vf), offset, size);
  }

  writeVfConfiguration(vf: number, offset: number, size: number, value: number): boolean {
    this.#access.configurationWrite(this.requesterIdOf(vf), offset, size, value);
    this.#serveResets();
    return true;
  }

  readConfigBlock(vf: number, block: number, length: number): Uint8Array | undefined {
    const known = this.#vfs.get(vf);
    if (block !== BLOCK_RESOURCES || known === undefined) return undefined;
    const bytes = new Uint8Array(Math.max(length, BLOCK_RESOURCES_BYTES));
    bytes.set(macBytes(known.mac));
    bytes[6] = known.queuePairs;
    return bytes.slice(0, length);
  }

  /** There is no block that a virtual function's driver may write. */
  writeConfigBlock(): boolean {
    return false;
  }

  /** VFRE and VFTE: whether the pool of a virtual function receives and sends. */
  #enable(vf: number, on: boolean): void {
    const { file } = this.#nic.registers;
    for (const register of [CONTROL.vfre, CONTROL.vfte]) {
      const at = register + 4 * (vf >> 5);
      const bit = 1 << (vf & 31);
      const value = on ? file.read(at) | bit : file.read(at) & ~bit;
      file.write(at, value >>> 0, this.#nic.engine.now);
    }
  }

  /** VFLRE: functions that were reset. Those with a port get their pool switched on again. */
  #serveResets(): void {
    const { file } = this.#nic.registers;
    for (const word of [0, 1]) {
      const reset = file.read(CONTROL.vflre + 4 * word);
      if (reset === 0) continue;
      file.write(CONTROL.vflre + 4 * word, reset, this.#nic.engine.now);
      for (const index of this.#functions.values()) {
        const vf = index - 1;
        if (index > 0 && vf >> 5 === word && ((reset >>> (vf & 31)) & 1) !== 0)
          this.#enable(vf, true);
      }
    }
  }

  /** Anti-spoofing by address: whether the pool of a virtual function may send from its own ones alone. */
  checkSource(vf: number, on: boolean): void {
    const { registers } = this.#nic.switching;
    const at = vf < COMPATIBLE_POOLS ? REG_DTXSWC : EXT_ADDRESS_SPOOF + 4 * (vf >> 5);
    const bit = 1 << (vf & 31);
    registers.write(at, (on ? registers.read(at) | bit : registers.read(at) & ~bit) >>> 0);
  }

  /**
   * Whether frames of MAC control, pause frames among them, stop at the switch when a virtual function sends
   * them. Later parts of the family can do it; without it a pause stops the link for everybody.
   */
  stopPauseFrames(on: boolean): void {
    const { registers } = this.#nic.switching;
    const filter = ETQF_ENABLE | ETQF_STOP_SENT | TYPE_MAC_CONTROL;
    registers.write(REG_ETQF, on ? filter : 0);
    for (const word of [0, 4]) registers.write(EXT_TYPE_SPOOF + word, on ? 0xffffffff : 0);
  }

  get #capability(): number {
    return this.#pf.sriov?.offset ?? 0;
  }

  #reader(rid: number): (offset: number, size: number) => number {
    return (offset, size) => this.#access.configurationRead(rid, offset, size);
  }

  #write(register: number, value: number): void {
    const { requesterId } = this.#pf;
    this.#access.configurationWrite(requesterId, this.#capability + register, 2, value);
  }

  /** One entry of the NIC's table. This part keeps a VLAN for a whole pool, and not with an address. */
  #point({ mac, vlan }: ReceiveFilter, vport: number): boolean {
    if (vlan !== undefined) return false;
    const index = this.#functions.get(vport) ?? 0;
    const queue = index === 0 ? this.defaultQueues.get(macKey(mac.high, mac.low)) : undefined;
    return this.#nic.setFilter(mac, index, queue);
  }

  /** The next virtual function's pool: no frames for groups, and no source address but its own. */
  #addPool(queuePairs: number): void {
    const vf = this.#nic.enableVf(queuePairs) - 1;
    const { registers } = this.#nic.switching;
    const at = poolRegister(REG_VMOLR, EXT_VMOLR, vf);
    registers.write(at, (registers.read(at) & ~(VMOLR_BROADCAST | VMOLR_GROUP_HASH)) >>> 0);
    this.checkSource(vf, true);
  }
}
