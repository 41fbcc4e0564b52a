import {
  CONFIG_ADDRESS,
  CONFIG_DATA,
  configurationAddress,
} from '../machine/bus/pci/configuration-ports.ts';
import {
  COMMAND_BUS_MASTER,
  COMMAND_IO,
  PCI_BAR,
  PCI_COMMAND,
  PCI_INTERRUPT_LINE,
} from '../machine/bus/pci/configuration-space.ts';
import type { PortSpace } from '../machine/bus/port-space.ts';

/** I/O port base that the firmware gives the emulated adapter's first base address register. */
export const TULIP_PORT_BASE = 0xec00;
/** Line of the interrupt controller that it is said to use. */
export const TULIP_INTERRUPT_LINE = 11;

/**
 * What a BIOS does for the emulated adapter before a system starts: an address for its registers, the
 * number of its interrupt line, and decoding switched on. Done when the machine is built; nobody is
 * charged for it.
 */
export function configureAdapter(ports: PortSpace, device: number): void {
  const write = (offset: number, size: number, value: number) => {
    ports.write(CONFIG_ADDRESS, 4, configurationAddress(device, 0, offset));
    ports.write(CONFIG_DATA + (offset & 3), size, value);
  };
  write(PCI_BAR, 4, TULIP_PORT_BASE);
  write(PCI_INTERRUPT_LINE, 1, TULIP_INTERRUPT_LINE);
  write(PCI_COMMAND, 2, COMMAND_IO | COMMAND_BUS_MASTER);
}
