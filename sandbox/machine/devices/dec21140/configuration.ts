import {
  COMMAND_BUS_MASTER,
  COMMAND_IO,
  COMMAND_MEMORY,
  ConfigurationSpace,
  PCI_CLASS,
  PCI_COMMAND,
  PCI_DEVICE,
  PCI_INTERRUPT_LINE,
  PCI_INTERRUPT_PIN,
  PCI_LATENCY_TIMER,
  PCI_REVISION,
  PCI_STATUS,
  PCI_SUBSYSTEM,
  PCI_SUBSYSTEM_VENDOR,
  PCI_VENDOR,
} from '../../bus/pci/configuration-space.ts';
import { WINDOW } from './spec.ts';

/** How the function names itself. */
export interface Identity {
  vendor: number;
  device: number;
  revision: number;
  subsystemVendor: number;
  subsystem: number;
}

/** CFDA: sleep, snooze and a byte for the driver (21140A). */
export const CONFIG_DRIVER_AREA = 0x40;
export const SLEEP = 0x80000000;
/** Status register: what the chip sets when nothing answers its DMA (RMA). */
export const STATUS_MASTER_ABORT = 1 << 13;

/** Memory write and invalidate, parity error response, SERR# (command bits 4, 6, 8). */
const COMMAND_OTHER = 0x150;
/** Fast back-to-back, medium DEVSEL#. */
const STATUS_RESET = 0x0280;
const STATUS_ERRORS = 0xf900;
/** Base address registers: the same registers in I/O and in memory space. */
export const IO_BAR = 0;
export const MEMORY_BAR = 1;

/**
 * Configuration space of a 21140A (21140 facts, section 1): its subsystem ids come from words 0 and 1
 * of the serial ROM. MIN_GNT and MAX_LAT, and what CFDA keeps, are unverified. There is no boot ROM.
 */
export function makeConfiguration(
  serialRom: Uint16Array,
  identity: Partial<Identity> = {},
): ConfigurationSpace {
  const space = new ConfigurationSpace();
  const command = COMMAND_IO | COMMAND_MEMORY | COMMAND_BUS_MASTER | COMMAND_OTHER;
  space.define(PCI_VENDOR, 2, identity.vendor ?? 0x1011);
  space.define(PCI_DEVICE, 2, identity.device ?? 0x0009);
  space.define(PCI_COMMAND, 2, 0, command);
  space.define(PCI_STATUS, 2, STATUS_RESET, 0, STATUS_ERRORS);
  space.define(PCI_REVISION, 1, identity.revision ?? 0x20);
  space.define(PCI_CLASS, 3, 0x020000);
  space.define(PCI_LATENCY_TIMER - 1, 2, 0, 0xffff);
  space.defineBar(IO_BAR, 'io', WINDOW);
  space.defineBar(MEMORY_BAR, 'memory', WINDOW);
  space.define(PCI_SUBSYSTEM_VENDOR, 2, identity.subsystemVendor ?? serialRom[0]);
  space.define(PCI_SUBSYSTEM, 2, identity.subsystem ?? serialRom[1]);
  space.define(PCI_INTERRUPT_LINE, 1, 0, 0xff);
  space.define(PCI_INTERRUPT_PIN, 1, 1);
  space.define(PCI_INTERRUPT_PIN + 1, 2, 0x2814);
  space.define(CONFIG_DRIVER_AREA, 4, 0, 0xc000ff00);
  return space;
}
