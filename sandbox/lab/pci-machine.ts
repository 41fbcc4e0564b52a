import { ACS_ALL } from '../machine/bus/pci/capabilities/acs.ts';
import { MSIX_CONTROL, MSIX_ENABLE } from '../machine/bus/pci/capabilities/msix.ts';
import {
  COMMAND_BUS_MASTER,
  COMMAND_INTX_DISABLE,
  COMMAND_IO,
  COMMAND_MEMORY,
  COMMAND_SERR,
  PCI_COMMAND,
  PCI_INTERRUPT_LINE,
} from '../machine/bus/pci/configuration-space.ts';
import { enableVirtualFunctions, type VfResult } from '../machine/bus/pci/enable-vfs.ts';
import type { Enumeration, FoundFunction, Resources } from '../machine/bus/pci/enumeration.ts';
import { RootComplex } from '../machine/bus/pci/topology.ts';
import { NicBusFunctions } from '../machine/devices/sriov-nic/configuration-functions.ts';
import { type NicPart, PF_MSIX, partFor } from '../machine/devices/sriov-nic/configuration-spec.ts';

/** Addresses that the firmware of the recorded machine gave away, with room for 63 virtual functions. */
export const FIRMWARE_RESOURCES: Resources = {
  lastBus: 255,
  io: { base: 0xc000, size: 0x1000 },
  memory: { base: 0xfe600000, size: 4 << 20 },
  prefetchable: { base: 0xfea00000, size: 4 << 20 },
};
/** Line of the interrupt controller that its pin is said to use. */
const INTERRUPT_LINE = 11;

/** One SR-IOV NIC below a root port, as its firmware and the driver of its physical function leave it. */
export interface PciMachine {
  complex: RootComplex;
  nic: NicBusFunctions;
  found: Enumeration;
  pf: FoundFunction;
  /** What became of the virtual functions; undefined when none were asked for. */
  vfs: VfResult | undefined;
}

/**
 * Builds the machine, lets firmware enumerate it and the driver of the physical function enable `vfs`
 * virtual functions. With more than 8 the NIC is the extended part.
 */
export function buildPciMachine(vfs: number, part: NicPart = partFor(vfs)): PciMachine {
  const complex = new RootComplex();
  const port = complex.addRootPort({ services: ACS_ALL, link: part.link });
  const nic = new NicBusFunctions({ part });
  complex.attach(port, nic.endpoint);
  const found = complex.enumerate(FIRMWARE_RESOURCES);
  const pf = found.functions.find(({ sriov }) => sriov !== undefined);
  if (pf === undefined) throw new Error('the NIC did not answer');
  startDriver(complex, pf.requesterId);
  return {
    ...{ complex, nic, found, pf },
    vfs: vfs > 0 ? enableVirtualFunctions(complex, pf, vfs) : undefined,
  };
}

/** What the driver sets in configuration space: DMA on, no INTx, MSI-X on. */
function startDriver(complex: RootComplex, pf: number): void {
  const command =
    COMMAND_IO | COMMAND_MEMORY | COMMAND_BUS_MASTER | COMMAND_SERR | COMMAND_INTX_DISABLE;
  complex.configurationWrite(pf, PCI_INTERRUPT_LINE, 1, INTERRUPT_LINE);
  complex.configurationWrite(pf, PCI_COMMAND, 2, command);
  complex.configurationWrite(pf, PF_MSIX + MSIX_CONTROL, 2, MSIX_ENABLE);
}
