import {
  BRIDGE_PRIMARY,
  BRIDGE_SECONDARY,
  BRIDGE_SUBORDINATE,
  HEADER_BRIDGE,
} from './bridge-space.ts';
import { ARI_CAPABILITY, ARI_ID } from './capabilities/ari.ts';
import {
  ARI_FORWARDING,
  DEVICE_CAPABILITIES_2,
  DEVICE_CONTROL_2,
  EXPRESS_ID,
} from './capabilities/express.ts';

import {
  findCapability,
  findExtendedCapability,
  type ReadConfiguration,
} from './capabilities/header.ts';
import {
  ARI_HIERARCHY,
  SRIOV_BAR,
  SRIOV_CONTROL,
  SRIOV_FIRST_OFFSET,
  SRIOV_ID,
  SRIOV_NUM_VFS,
  SRIOV_PAGE_SIZE,
  SRIOV_STRIDE,
  SRIOV_TOTAL_VFS,
} from './capabilities/sr-iov.ts';
import {
  HEADER_MULTIFUNCTION,
  PCI_BAR,
  PCI_COMMAND,
  PCI_DEVICE,
  PCI_HEADER_TYPE,
  PCI_VENDOR,
} from './configuration-space.ts';
import type {
  ConfigurationAccess,
  FoundFunction,
  FoundSrIov,
  Problem,
  Region,
  RegionKind,
} from './enumeration.ts';
import { virtualFunctionId } from './requester-id.ts';

const NONE = 0xffff;
const ONES = 0xffffffff;
const SMALLEST_PAGE = 1;

/** Walks the buses and numbers them. */
export class BusScan {
  readonly problems: Problem[] = [];
  /** The highest bus number given so far. */
  lastUsed = 0;
  #access: ConfigurationAccess;
  #lastBus: number;

  constructor(access: ConfigurationAccess, lastBus: number) {
    this.#access = access;
    this.#lastBus = lastBus;
  }

  /** @param port requester id of the port above the bus */
  bus(bus: number, port: number | undefined): FoundFunction[] {
    const ari = port !== undefined && this.#forwardAri(port, bus);
    const found: FoundFunction[] = [];
    for (let device = 0; device < 32; device++) {
      for (const number of this.#numbers(bus, device, ari && device === 0))
        found.push(this.#function((bus << 8) | number, port, ari));
      if (ari) break;
    }
    return found;
  }

  /** Function numbers of a device: a list where it does ARI, up to 8 where its header says more than one. */
  #numbers(bus: number, device: number, ari: boolean): number[] {
    const first = device << 3;
    const read = this.#reader((bus << 8) | first);
    if (read(PCI_VENDOR, 2) === NONE) return [];
    const capability = ari ? findExtendedCapability(read, ARI_ID) : 0;
    if (capability !== 0) return this.#ariList(bus);
    if ((read(PCI_HEADER_TYPE, 1) & HEADER_MULTIFUNCTION) === 0) return [first];
    const numbers = [0, 1, 2, 3, 4, 5, 6, 7].map((fn) => first | fn);
    return numbers.filter((number) => this.#reader((bus << 8) | number)(PCI_VENDOR, 2) !== NONE);
  }

  #ariList(bus: number): number[] {
    const numbers: number[] = [];
    let number = 0;
    do {
      numbers.push(number);
      const read = this.#reader((bus << 8) | number);
      number = read(findExtendedCapability(read, ARI_ID) + ARI_CAPABILITY, 2) >>> 8;
    } while (number > (numbers.at(-1) ?? 255));
    return numbers;
  }

  #function(requesterId: number, port: number | undefined, ari: boolean): FoundFunction {
    const read = this.#reader(requesterId);
    const isBridge = (read(PCI_HEADER_TYPE, 1) & 0x7f) === HEADER_BRIDGE;
    this.#access.configurationWrite(requesterId, PCI_COMMAND, 2, 0);
    const found: FoundFunction = {
      requesterId,
      port,
      vendor: read(PCI_VENDOR, 2),
      device: read(PCI_DEVICE, 2),
      regions: this.#regions(requesterId, PCI_BAR, isBridge ? 2 : 6, 0),
      sriov: undefined,
      bridge: undefined,
    };
    if (isBridge) found.bridge = this.#bridge(requesterId);
    else found.sriov = this.#sriov(found, ari);
    return found;
  }

  #bridge(id: number): FoundFunction['bridge'] {
    const secondary = this.lastUsed + 1;
    if (secondary > this.#lastBus) {
      this.problems.push({ requesterId: id, what: 'bus number out of range' });
      return { secondary: 0, subordinate: 0, below: [] };
    }
    this.lastUsed = secondary;
    this.#access.configurationWrite(id, BRIDGE_PRIMARY, 1, id >>> 8);
    this.#access.configurationWrite(id, BRIDGE_SECONDARY, 1, secondary);
    this.#access.configurationWrite(id, BRIDGE_SUBORDINATE, 1, this.#lastBus);
    const below = this.bus(secondary, id);
    for (const { sriov } of below)
      this.lastUsed = Math.max(this.lastUsed, Math.min(sriov?.lastBus ?? 0, this.#lastBus));
    this.#access.configurationWrite(id, BRIDGE_SUBORDINATE, 1, this.lastUsed);
    return { secondary, subordinate: this.lastUsed, below };
  }

  /** Lets a port forward ARI where it can and function 0 below it numbers that way. */
  #forwardAri(port: number, bus: number): boolean {
    const read = this.#reader(port);
    const express = findCapability(read, EXPRESS_ID);
    if (express === 0 || (read(express + DEVICE_CAPABILITIES_2, 4) & ARI_FORWARDING) === 0)
      return false;
    if (findExtendedCapability(this.#reader(bus << 8), ARI_ID) === 0) return false;
    this.#access.configurationWrite(port, express + DEVICE_CONTROL_2, 2, ARI_FORWARDING);
    return true;
  }

  #sriov(found: FoundFunction, ari: boolean): FoundSrIov | undefined {
    const id = found.requesterId;
    const read = this.#reader(id);
    const offset = findExtendedCapability(read, SRIOV_ID);
    if (offset === 0) return undefined;
    const write = (register: number, size: number, value: number) =>
      this.#access.configurationWrite(id, offset + register, size, value);
    write(SRIOV_CONTROL, 2, ari ? ARI_HIERARCHY : 0);
    write(SRIOV_PAGE_SIZE, 4, SMALLEST_PAGE);
    const totalVfs = read(offset + SRIOV_TOTAL_VFS, 2);
    found.regions.push(...this.#regions(id, offset + SRIOV_BAR, 6, totalVfs));
    let lastBus = id >>> 8;
    // First offset and stride may depend on NumVFs (SR-IOV 1.1, section 3.3.9).
    for (let count = totalVfs; count > 0; count--) {
      write(SRIOV_NUM_VFS, 2, count);
      const first = read(offset + SRIOV_FIRST_OFFSET, 2);
      const last = virtualFunctionId(id, first, read(offset + SRIOV_STRIDE, 2), count - 1);
      lastBus = Math.max(lastBus, last >>> 8);
    }
    write(SRIOV_NUM_VFS, 2, 0);
    return { offset, totalVfs, lastBus, ari };
  }

  /** Sizes `count` registers from `first` on; for `vfs` virtual functions each when that is not 0. */
  #regions(id: number, first: number, count: number, vfs: number): Region[] {
    const regions: Region[] = [];
    for (let bar = 0; bar < count; bar++) {
      const register = first + 4 * bar;
      const low = this.#probe(id, register);
      if (low === 0) continue;
      const isIo = (low & 1) !== 0;
      const wide = !isIo && (low & 6) === 4;
      const high = wide ? this.#probe(id, register + 4) : ONES;
      const each = sizeOf(isIo ? low & ~3 : low & ~15, high);
      const kind: RegionKind = isIo ? 'io' : (low & 8) !== 0 ? 'prefetchable' : 'memory';
      const virtual = vfs > 0;
      const size = virtual ? each * vfs : each;
      regions.push({
        ...{ register, bar, kind, wide, virtual, size },
        ...{ alignment: each, address: undefined },
      });
      if (wide) bar++;
    }
    return regions;
  }

  /** What a register holds after all ones were written to it; its old value is put back. */
  #probe(id: number, register: number): number {
    const before = this.#access.configurationRead(id, register, 4);
    this.#access.configurationWrite(id, register, 4, ONES);
    const bits = this.#access.configurationRead(id, register, 4);
    this.#access.configurationWrite(id, register, 4, before);
    return bits;
  }

  #reader(id: number): ReadConfiguration {
    return (offset, size) => this.#access.configurationRead(id, offset, size);
  }
}

/** Bytes that the writable bits of a 32-bit or 64-bit base address leave. */
function sizeOf(low: number, high: number): number {
  if (low !== 0) return (low & -low) >>> 0;
  return ((high & -high) >>> 0) * 2 ** 32;
}
