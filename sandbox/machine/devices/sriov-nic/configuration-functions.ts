import { Endpoint } from '../../bus/pci/endpoint.ts';
import type { MemoryWindow } from '../../bus/pci/pci-function.ts';
import { PhysicalFunction } from '../../bus/pci/physical-function.ts';
import type { SrIov } from '../../bus/pci/sr-iov.ts';
import type { VirtualFunction } from '../../bus/pci/virtual-function.ts';
import { makePfConfiguration, makeVfConfiguration } from './configuration.ts';
import {
  FLASH_BAR,
  FLASH_BYTES,
  INTEL_82576,
  MSIX_BAR,
  MSIX_BYTES,
  type NicPart,
  PF_EXPRESS,
  PF_SRIOV,
  REGISTER_BAR,
  REGISTER_BYTES,
  sriovOptions,
  VF_EXPRESS,
} from './configuration-spec.ts';

/** What the NIC looks like on the bus, and what it is connected to there. */
export interface NicBusOptions {
  part?: NicPart;
  /** Function number of the physical function on its card; 0 when left out. */
  number?: number;
  /** Physical functions of the card: with more than one, `endpoint` is to be made of all of them. */
  functions?: number;
  /** Memory behind the base address registers; left out, they read 0 and take nothing. */
  pfWindow?: (bar: number) => MemoryWindow | undefined;
  vfWindow?: (n: number, bar: number) => MemoryWindow | undefined;
  /** Picoseconds; left out, a virtual function answers at once. */
  clock?: () => number;
}

/** The NIC's functions on the bus: what `devices/sriov-nic` puts its registers behind. */
export class NicBusFunctions {
  readonly part: NicPart;
  readonly pf: PhysicalFunction;
  readonly sriov: SrIov;
  readonly endpoint: Endpoint;

  constructor(options: NicBusOptions = {}) {
    const { part = INTEL_82576, number = 0, functions = 1, clock } = options;
    const { pfWindow = emptyPfWindow, vfWindow = emptyVfWindow(part.vfBarBytes) } = options;
    this.part = part;
    this.pf = new PhysicalFunction(number, {
      configuration: makePfConfiguration(part, { number, functions }),
      express: PF_EXPRESS,
      window: pfWindow,
      sriov: {
        offset: PF_SRIOV,
        options: sriovOptions(part),
        clock,
        virtualFunction: (n) => ({
          configuration: makeVfConfiguration(part),
          express: VF_EXPRESS,
          window: (bar) => vfWindow(n, bar),
        }),
      },
    });
    if (this.pf.sriov === undefined) throw new Error('the part has no SR-IOV capability');
    this.sriov = this.pf.sriov;
    this.endpoint = new Endpoint([this.pf]);
  }

  /** All of them, there or not: VF n is at index n. */
  get vfs(): readonly VirtualFunction[] {
    return this.sriov.functions;
  }
}

function emptyPfWindow(bar: number): MemoryWindow | undefined {
  if (bar === REGISTER_BAR) return emptyWindow(REGISTER_BYTES);
  if (bar === FLASH_BAR) return emptyWindow(FLASH_BYTES);
  return bar === MSIX_BAR ? emptyWindow(MSIX_BYTES) : undefined;
}

function emptyVfWindow(bytes: number) {
  return (_: number, bar: number): MemoryWindow | undefined =>
    bar === REGISTER_BAR || bar === MSIX_BAR ? emptyWindow(bytes) : undefined;
}

function emptyWindow(size: number): MemoryWindow {
  return { size, read: () => 0, write: () => {} };
}
