import type { V86 } from 'v86';

/**
 * The parts of v86 0.5.462 that its own types leave out and that a device from outside needs. The
 * published bundle keeps these names.
 */
export interface Inside {
  cpu: Cpu;
}

export interface Cpu {
  io: IoSpace;
  devices: { pci: PciBus };
  /** EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI. */
  reg32: Int32Array;
  /** Linear address of the instruction that is being executed. */
  previous_ip: Int32Array;
  /** Guest-physical memory from address 0. Another array after each growth: never keep it. */
  mem8: Uint8Array;
  /** Writes memory and drops what was compiled from it. */
  write_blob(bytes: Uint8Array, address: number): void;
}

/** Handlers of one port. A 32-bit value written arrives signed. */
export interface PortEntry {
  read8(port: number): number;
  read16(port: number): number;
  read32(port: number): number;
  write8(value: number): void;
  write16(value: number): void;
  write32(value: number): void;
  device: unknown;
}

export interface IoSpace {
  ports: PortEntry[];
  create_empty_entry(): PortEntry;
}

export interface PciBus {
  /** The last value written to port CF8. */
  pci_addr32: Int32Array;
  register_device(device: {
    name: string;
    /** Device number times 8. */
    pci_id: number;
    pci_space: number[];
    pci_bars: { size: number }[];
  }): Int32Array;
  raise_irq(id: number): void;
  lower_irq(id: number): void;
}

export const insideOf = (emulator: V86): Inside => (emulator as unknown as { v86: Inside }).v86;
