import {
  ARI_HIERARCHY,
  SRIOV_CONTROL,
  SRIOV_FIRST_OFFSET,
  SRIOV_NUM_VFS,
  SRIOV_PAGE_SIZE,
  SRIOV_STRIDE,
  SRIOV_TOTAL_VFS,
  VF_ENABLE,
  VF_MEMORY_ENABLE,
} from '../machine/bus/pci/capabilities/sr-iov.ts';
import { enableVirtualFunctions, type VfResult } from '../machine/bus/pci/enable-vfs.ts';
import { Endpoint } from '../machine/bus/pci/endpoint.ts';
import type { Enumeration, FoundFunction } from '../machine/bus/pci/enumeration.ts';
import type { Port } from '../machine/bus/pci/port.ts';
import { formatRequesterId, parseRequesterId } from '../machine/bus/pci/requester-id.ts';
import { RootComplex } from '../machine/bus/pci/topology.ts';
import { NicBusFunctions } from '../machine/devices/sriov-nic/configuration-functions.ts';
import { INTEL_82576, PF_SRIOV } from '../machine/devices/sriov-nic/configuration-spec.ts';
import type { AddressMapReport, BusMapReport, RegisterField, RegistersReport } from './report.ts';
import { UsageError } from './usage.ts';
import { addressMap, busMap } from './vf-maps.ts';

/** The card, the port above it, and what firmware has to give. */
export interface VfByHandOptions {
  /** Network ports of the card, each a physical function; 1 or 2. */
  ports?: 1 | 2;
  totalVfs?: number;
  firstOffset?: number;
  stride?: number;
  /** First offset without ARI, for a part that has another one. */
  firstOffsetWithoutAri?: number;
  /** Whether the port above forwards ARI. */
  ari?: boolean;
  /** Ports before the card's, each of which takes a bus number. */
  busesBefore?: number;
  /** The highest bus number there is. */
  lastBus?: number;
  /** Room for virtual functions, MiB. */
  memoryMiB?: number;
  /** Memory of one virtual function in each of its two base address registers, KiB: a power of two. */
  vfKiB?: number;
}

const MEBIBYTE = 1 << 20;
const WINDOW_BASE = 0xe0000000;
const MOST_VFS = 256;

/** A machine after firmware and before the driver: an SR-IOV card whose registers are in your hands. */
export class HandOperatedNic {
  readonly complex = new RootComplex();
  readonly nics: NicBusFunctions[];
  readonly found: Enumeration;
  /** The port above the card. */
  readonly port: Port;
  #window: number;

  constructor(options: Required<VfByHandOptions>) {
    const { ports, ari, busesBefore, lastBus, memoryMiB } = options;
    const { totalVfs, firstOffset, firstOffsetWithoutAri, stride, vfKiB } = options;
    const part = {
      ...INTEL_82576,
      ...{ totalVfs, firstOffset, firstOffsetWithoutAri, stride, vfBarBytes: vfKiB * 1024 },
    };
    for (let n = 0; n < busesBefore; n++) this.complex.addRootPort({ ari }, n + 1);
    this.port = this.complex.addRootPort({ ari }, busesBefore + 1);
    this.nics = Array.from(
      { length: ports },
      (_, number) => new NicBusFunctions({ part, number, functions: ports }),
    );
    this.complex.attach(this.port, new Endpoint(this.nics.map(({ pf }) => pf)));
    this.#window = memoryMiB * MEBIBYTE;
    this.found = this.complex.enumerate({
      lastBus,
      io: { base: 0x1000, size: 0xf000 },
      memory: { base: 0xd0000000, size: 16 * MEBIBYTE },
      prefetchable: { base: WINDOW_BASE, size: this.#window },
    });
  }

  /** Where the first physical function stands: `01:00.0`. */
  get place(): string {
    return formatRequesterId(this.pf.requesterId);
  }

  /** The first physical function, as firmware found it. */
  get pf(): FoundFunction {
    const [first] = this.physical;
    if (first === undefined) throw new UsageError('the card has no bus number: nothing was found');
    return first;
  }

  /** Every physical function that firmware found. */
  get physical(): FoundFunction[] {
    return this.found.functions.filter(({ sriov }) => sriov !== undefined);
  }

  /** Reads `size` bytes of configuration space of the function at `place`; ones where there is none. */
  read(place: string, offset: number, size = 4): number {
    return this.complex.configurationRead(rid(place), offset, size);
  }

  /** Writes configuration space of the function at `place`. */
  write(place: string, offset: number, size: number, value: number): void {
    this.complex.configurationWrite(rid(place), offset, size, value);
  }

  /** Writes NumVFs of the first physical function. */
  set numVfs(count: number) {
    this.write(this.place, PF_SRIOV + SRIOV_NUM_VFS, 2, count);
  }

  get numVfs(): number {
    return this.read(this.place, PF_SRIOV + SRIOV_NUM_VFS, 2);
  }

  /** Sets or clears VF Enable and, with it, the memory of the virtual functions. */
  set vfEnable(on: boolean) {
    const at = PF_SRIOV + SRIOV_CONTROL;
    const rest = this.read(this.place, at, 2) & ARI_HIERARCHY;
    this.write(this.place, at, 2, rest | (on ? VF_ENABLE | VF_MEMORY_ENABLE : 0));
  }

  get vfEnable(): boolean {
    return (this.read(this.place, PF_SRIOV + SRIOV_CONTROL, 2) & VF_ENABLE) !== 0;
  }

  /** What the host's software does when it is asked for `count` functions of each port of the card. */
  enable(count: number): VfResult {
    let result: VfResult | undefined;
    for (const pf of this.physical) {
      const one = enableVirtualFunctions(this.complex, pf, count);
      if (result === undefined || one.kind === 'refused') result = one;
    }
    return result ?? { kind: 'refused', reason: 'no SR-IOV capability', detail: 'nothing found' };
  }

  /** The functions that answer, each by its place: physical ones first. */
  get answering(): string[] {
    const ids: string[] = [];
    for (const { pf, sriov } of this.nics) {
      if (this.complex.functionAt(pf.requesterId) === pf)
        ids.push(formatRequesterId(pf.requesterId));
      for (const vf of sriov.functions)
        if (vf.present && this.complex.functionAt(vf.requesterId) === vf)
          ids.push(formatRequesterId(vf.requesterId));
    }
    return ids;
  }

  /** The buses with every function on them. `wanted` shows where that many of each port would stand. */
  busMap(title: string, wanted = 0): BusMapReport {
    return busMap(this, title, wanted);
  }

  /** The window for virtual functions, and what lies in it. */
  addressMap(title: string): AddressMapReport {
    return addressMap(this, title, { base: WINDOW_BASE, size: this.#window });
  }

  /** The registers of the capability that this is about. */
  registers(title: string): RegistersReport {
    const at = (offset: number, size: number) => this.read(this.place, PF_SRIOV + offset, size);
    const control = at(SRIOV_CONTROL, 2);
    const bit = (name: string, mask: number) => ({
      name,
      value: (control & mask) === 0 ? '0' : '1',
      bit: Math.log2(mask),
    });
    const register = (
      name: string,
      offset: number,
      meaning: string,
      fields: RegisterField[] = [],
    ) => ({
      ...{ name, offset: PF_SRIOV + offset, value: at(offset, 2), width: 16 },
      ...{ section: `section 1.1, ${(PF_SRIOV + offset).toString(16)}: ${meaning}`, fields },
    });
    return {
      kind: 'registers',
      title,
      source: '82576 facts; the data sheet was not read',
      registers: [
        register('Control', SRIOV_CONTROL, 'may be written', [
          bit('VF Enable', VF_ENABLE),
          bit('VF MSE', VF_MEMORY_ENABLE),
          bit('ARI', ARI_HIERARCHY),
        ]),
        register('TotalVFs', SRIOV_TOTAL_VFS, 'read only'),
        register('NumVFs', SRIOV_NUM_VFS, 'may be written'),
        register('First VF Offset', SRIOV_FIRST_OFFSET, 'read only'),
        register('VF Stride', SRIOV_STRIDE, 'read only'),
        {
          ...register('System Page Size', SRIOV_PAGE_SIZE, 'may be written'),
          ...{ value: at(SRIOV_PAGE_SIZE, 4), width: 32 },
        },
      ],
    };
  }
}

/**
 * Builds the machine. What is left out is the recorded 82576's: 8 functions, offset 128, stride 2, 16 KiB.
 * @throws UsageError for a number that no such machine has
 */
export function vfsByHand(options: VfByHandOptions = {}): HandOperatedNic {
  const all: Required<VfByHandOptions> = {
    ...{ ports: 1, totalVfs: 8, firstOffset: 0x80, stride: 2, ari: true, busesBefore: 0 },
    ...{ lastBus: 255, memoryMiB: 16, vfKiB: 16 },
    firstOffsetWithoutAri: options.firstOffsetWithoutAri ?? options.firstOffset ?? 0x80,
    ...options,
  };
  inRange('ports', all.ports, 1, 2);
  inRange('totalVfs', all.totalVfs, 1, MOST_VFS);
  for (const name of ['firstOffset', 'firstOffsetWithoutAri', 'stride'] as const)
    inRange(name, all[name], 0, 0xffff);
  inRange('busesBefore', all.busesBefore, 0, 30);
  inRange('lastBus', all.lastBus, 1, 255);
  inRange('memoryMiB', all.memoryMiB, 0, 256);
  inRange('vfKiB', all.vfKiB, 4, 65_536);
  if (!Number.isInteger(Math.log2(all.vfKiB)))
    throw new UsageError(`vfKiB: ${all.vfKiB} is not a power of two`);
  return new HandOperatedNic(all);
}

function inRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new UsageError(`${name}: ${value} is not a whole number from ${least} to ${most}`);
}

function rid(place: string): number {
  const id = parseRequesterId(place);
  if (id < 0) throw new UsageError(`'${place}' is no bus, device and function, as in 01:10.0`);
  return id;
}
