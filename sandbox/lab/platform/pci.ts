import { ACS_ALL } from '../../machine/bus/pci/capabilities/acs.ts';
import type { Enumeration, FoundFunction } from '../../machine/bus/pci/enumeration.ts';
import type { MemoryWindow } from '../../machine/bus/pci/pci-function.ts';
import type { Port } from '../../machine/bus/pci/port.ts';
import { RootComplex } from '../../machine/bus/pci/topology.ts';
import { NicBusFunctions } from '../../machine/devices/sriov-nic/configuration-functions.ts';
import { partFor } from '../../machine/devices/sriov-nic/configuration-spec.ts';
import { FIRMWARE_RESOURCES } from '../pci-machine.ts';
import type { HostCapabilities } from './capabilities.ts';

/** Requester ids from the physical function to VF 0 where functions have 3 bits: on the next bus. */
const FIRST_OFFSET_WITHOUT_ARI = 0x180;

/** The PCI Express hierarchy of a host, as its firmware leaves it. */
export interface HostPci {
  complex: RootComplex;
  /** The root port above the NIC, and another one with nothing below it. */
  nicPort: Port;
  otherPort: Port;
  nic: NicBusFunctions;
  found: Enumeration;
  /** The NIC's physical function, as enumeration saw it. */
  pf: FoundFunction;
}

/** Registers behind the base address registers of the NIC's functions. */
export interface NicWindows {
  virtual(n: number, bar: number): MemoryWindow | undefined;
}

/**
 * Builds it and lets firmware number the buses and give addresses. Without room for their registers virtual
 * functions go without; without ARI in the slot and with one bus number below it, they have no place.
 */
export function buildPci(of: HostCapabilities, windows: NicWindows): HostPci {
  const complex = new RootComplex();
  const part = {
    ...partFor(of.virtualFunctions),
    totalVfs: of.virtualFunctions,
    firstOffsetWithoutAri: FIRST_OFFSET_WITHOUT_ARI,
  };
  const services = of.acs ? ACS_ALL : 0;
  const nicPort = complex.addRootPort({
    services: of.acsInSlot ? services : 0,
    link: part.link,
    ari: of.busNumbers,
  });
  const otherPort = complex.addRootPort({ services });
  const nic = new NicBusFunctions({ part, vfWindow: (n, bar) => windows.virtual(n, bar) });
  complex.attach(nicPort, nic.endpoint);
  const { prefetchable } = FIRMWARE_RESOURCES;
  const found = complex.enumerate({
    ...FIRMWARE_RESOURCES,
    lastBus: of.busNumbers ? FIRMWARE_RESOURCES.lastBus : 1,
    prefetchable: { ...prefetchable, size: of.barSpace ? prefetchable.size : 0 },
  });
  const pf = found.functions.find(({ sriov }) => sriov !== undefined);
  if (pf === undefined) throw new Error('the NIC did not answer');
  return { complex, nicPort, otherPort, nic, found, pf };
}
