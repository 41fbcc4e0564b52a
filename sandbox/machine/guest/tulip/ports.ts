import {
  CONFIG_ADDRESS,
  CONFIG_DATA,
  configurationAddress,
} from '../../bus/pci/configuration-ports.ts';
import { PCI_BAR, PCI_VENDOR } from '../../bus/pci/configuration-space.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import { DRIVER } from '../../partition/ledger.ts';
import type { GuestCode, VirtualProcessor } from '../../partition/virtual-processor.ts';

/** Devices of a PCI bus. */
const DEVICES = 32;
/** Bit of a base address that says it is one of I/O space. */
const IO_SPACE = 1;

/** Guest code that traps on its way and gives a result. */
export type GuestStep<T> = Generator<undefined, T, number>;
/** Guest code that reads a register: it traps, and is given the value. */
export type PortRead = GuestStep<number>;

/** An adapter's ports as guest code reaches them. Each access is an `IN` or `OUT` that traps. */
export class TulipPorts {
  readonly memory: GuestMemory;
  readonly processor: VirtualProcessor;
  /** Port accesses that this driver has made: CSRs, and two for each access to configuration space. */
  accesses = 0;
  /** First port of the CSRs, from configuration space. */
  protected portBase = 0;
  #device = 0;

  constructor(memory: GuestMemory, processor: VirtualProcessor) {
    this.memory = memory;
    this.processor = processor;
  }

  /** Reads the CSR at byte offset `register`: a port access of 32 bits that traps. */
  *in(register: number): PortRead {
    const { access } = this.processor;
    access.port = this.portBase + register;
    access.size = 4;
    access.write = false;
    this.accesses++;
    return (yield) >>> 0;
  }

  /** Writes the CSR at byte offset `register`: a port access of 32 bits that traps. */
  *out(register: number, value: number): GuestCode {
    const { access } = this.processor;
    access.port = this.portBase + register;
    access.size = 4;
    access.write = true;
    access.value = value;
    this.accesses++;
    yield;
  }

  /** Reads `size` bytes (1, 2 or 4) of the adapter's configuration space: two accesses. */
  protected *readConfiguration(offset: number, size: number): PortRead {
    yield* this.#selectConfiguration(offset);
    const { access } = this.processor;
    access.port = CONFIG_DATA + (offset & 3);
    access.size = size;
    access.write = false;
    this.accesses++;
    return (yield) >>> 0;
  }

  /** Writes `size` bytes (1, 2 or 4) of the adapter's configuration space: two accesses. */
  protected *writeConfiguration(offset: number, size: number, value: number): GuestCode {
    yield* this.#selectConfiguration(offset);
    const { access } = this.processor;
    access.port = CONFIG_DATA + (offset & 3);
    access.size = size;
    access.write = true;
    access.value = value;
    this.accesses++;
    yield;
  }

  /** Looks on bus 0 for function 0 of an adapter that says it is `id`, and takes its I/O window. */
  protected *findAdapter(id: number): GuestStep<boolean> {
    for (this.#device = 0; this.#device < DEVICES; this.#device++) {
      const found = yield* this.readConfiguration(PCI_VENDOR, 4);
      if (found !== id) continue;
      const base = yield* this.readConfiguration(PCI_BAR, 4);
      this.portBase = base & 0xfffc;
      return (base & IO_SPACE) !== 0 && this.portBase !== 0;
    }
    return false;
  }

  /** Waits by doing nothing: keeps the processor busy for `microseconds`. */
  protected wait(microseconds: number): void {
    const { processor } = this;
    processor.charge(processor.kernel, DRIVER, (processor.lp.costs.hertz * microseconds) / 1e6);
  }

  *#selectConfiguration(offset: number): GuestCode {
    const { access } = this.processor;
    access.port = CONFIG_ADDRESS;
    access.size = 4;
    access.write = true;
    access.value = configurationAddress(this.#device, 0, offset);
    this.accesses++;
    yield;
  }
}
