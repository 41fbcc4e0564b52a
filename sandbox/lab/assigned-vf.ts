import { ConfigurationSpace, PCI_COMMAND } from '../machine/bus/pci/configuration-space.ts';
import type { NicFunction } from '../machine/devices/sriov-nic/function.ts';
import type { AssignedFunction, FunctionIds } from '../machine/host/vpci/assigned-function.ts';
import type { RemappingEntry } from '../machine/iommu/interrupt-remapping.ts';
import type { InterruptEntry } from '../machine/partition/assigned-devices.ts';
import { FIRST_VECTOR } from '../machine/partition/synic-spec.ts';
import type { HyperVHost } from './host.ts';
import type { VirtualMachine } from './virtual-machine.ts';

/** Where messages of devices go; which of them it is stands in the data. */
const MESSAGE_ADDRESS = 0xfee00000;
/** A VF of the 82576: two windows of 16 KiB, at registers 0 and 3, and three vectors. */
const PROBED_BARS: readonly number[] = [0xffffc00c, 0xffffffff, 0, 0xffffc00c, 0xffffffff, 0];
const VECTORS = 3;
const CONFIG_BYTES = 4096;
const COMMAND_WRITABLE = 0x0006;

/** A virtual function of the machine's NIC, as management gives it to a partition. */
export class AssignedVf implements AssignedFunction {
  readonly ids: FunctionIds = {
    vendor: 0x8086,
    device: 0x10ca,
    revision: 1,
    programmingInterface: 0,
    subClass: 0,
    baseClass: 2,
    subsystem: 0xa03c8086,
  };
  readonly vectors = VECTORS;
  readonly nicFunction: NicFunction;
  /** Guest addresses of its two windows, while the guest has them. */
  readonly windows = new Map<number, number>();
  #host: HyperVHost;
  #machine: VirtualMachine;
  #space = new ConfigurationSpace(CONFIG_BYTES);
  #entries = new Map<number, RemappingEntry>();

  constructor(machine: VirtualMachine, functionIndex: number) {
    this.#machine = machine;
    this.#host = machine.host;
    this.nicFunction = machine.host.nic.functions[functionIndex];
    // The ids of a VF read as ones: software has them from the physical function.
    this.#space.define(0, 4, 0xffffffff);
    this.#space.define(PCI_COMMAND, 2, 0, COMMAND_WRITABLE);
  }

  configurationRead(offset: number, size: number): number {
    return this.#space.read(offset, size);
  }

  configurationWrite(offset: number, size: number, value: number): void {
    this.#space.write(offset, size, value);
  }

  probedBars(): readonly number[] {
    return PROBED_BARS;
  }

  createInterrupt(
    count: number,
    vector: number,
    processors: readonly number[],
  ): InterruptEntry | undefined {
    if (count !== 1) return undefined;
    const entry: RemappingEntry = {
      sourceId: this.nicFunction.requesterId,
      processor: this.#machine.processors[processors[0]],
      vector: vector - FIRST_VECTOR,
      posted: this.#host.options.postedInterrupts,
    };
    const index = this.#host.remapping.add(entry);
    this.#entries.set(index, entry);
    return { address: MESSAGE_ADDRESS, data: index };
  }

  retarget({ data }: InterruptEntry, vector: number, processors: readonly number[]): boolean {
    const entry = this.#entries.get(data);
    if (entry === undefined) return false;
    entry.processor = this.#machine.processors[processors[0]];
    entry.vector = vector - FIRST_VECTOR;
    return true;
  }

  releaseInterrupt({ data }: InterruptEntry): void {
    if (this.#entries.delete(data)) this.#host.remapping.remove(data);
  }

  assignMemory(bar: number, guestAddress: number | undefined): void {
    if (guestAddress === undefined) this.windows.delete(bar);
    else this.windows.set(bar, guestAddress);
  }

  /** A VF of this family has a mailbox instead of blocks. */
  readBlock(): undefined {
    return undefined;
  }

  writeBlock(): boolean {
    return false;
  }

  /** Function-level reset: what its queues held is gone, and they are off. */
  reset(): void {
    this.nicFunction.stop();
    this.#space.reset();
  }
}
