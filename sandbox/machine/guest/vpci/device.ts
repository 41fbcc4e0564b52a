import {
  COMMAND_BUS_MASTER,
  COMMAND_MEMORY,
  PCI_BAR,
  PCI_COMMAND,
  PCI_EXPANSION_ROM,
  PCI_INTERRUPT_LINE,
  PCI_INTERRUPT_PIN,
  PCI_REVISION,
  PCI_SUBSYSTEM_VENDOR,
  PCI_VENDOR,
} from '../../bus/pci/configuration-space.ts';
import { putNumber } from '../../vmbus/message-codec.ts';
import type { FunctionDescription, InterruptMessage } from '../../vmbus/vpci-messages.ts';
import type { BarMemory } from './bars.ts';

/** An interrupt that a driver wants: a vector of the guest, and the virtual processor for it, by index. */
export interface WantedInterrupt {
  vector: number;
  processor: number;
}

/** What a device asks of the bus that it is on. */
export interface DeviceBus {
  window(slot: number, offset: number, size: number, write: boolean, value: number): number;
  createInterrupt(
    slot: number,
    wanted: WantedInterrupt,
    then: (message: InterruptMessage | undefined) => void,
  ): void;
  deleteInterrupt(slot: number, message: InterruptMessage): void;
  retarget(slot: number, message: InterruptMessage, wanted: WantedInterrupt): number;
  readBlock(slot: number, block: number, bytes: number, then: BlockRead): void;
  writeBlock(slot: number, block: number, bytes: Uint8Array, then: (good: boolean) => void): void;
}

/** What a configuration block holds; undefined when the root refused. */
export type BlockRead = (bytes: Uint8Array | undefined) => void;

const CONFIG_BYTES = 4096;

/**
 * A function on the guest's virtual PCI bus, as a driver sees it. What identifies it comes from the bus's
 * list; it has no ROM and no interrupt pin. Everything else is read through two intercepted pages.
 */
export class PciDevice {
  readonly description: FunctionDescription;
  /**
   * The driver lets the device go, and calls `then`; when `surprise` is true the device is gone already, and
   * nobody waits for that.
   */
  onRemove: (then: () => void, surprise: boolean) => void = (then) => then();
  /** Blocks of configuration have changed: a mask of 64 bits, in two halves. The driver reads them. */
  onInvalidated: (low: number, high: number) => void = () => {};
  removed = false;
  #bus: DeviceBus;
  #bars: readonly BarMemory[];
  #interrupts: InterruptMessage[] = [];

  constructor(bus: DeviceBus, description: FunctionDescription, bars: readonly BarMemory[]) {
    this.#bus = bus;
    this.description = description;
    this.#bars = bars;
  }

  get serial(): number {
    return this.description.serial;
  }

  /** Vendor, device and subsystem. */
  get ids(): Pick<FunctionDescription, 'vendor' | 'device' | 'subsystem'> {
    const { vendor, device, subsystem } = this.description;
    return { vendor, device, subsystem };
  }

  /** The memory behind a base address register; undefined where there is none. */
  bar(index: number): BarMemory | undefined {
    return this.#bars.find(({ bar }) => bar === index);
  }

  /** @returns `size` bytes (1, 2 or 4) at `offset`, unsigned; ones from a device that is gone */
  readConfiguration(offset: number, size: number): number {
    const known = this.#synthesised(offset, size);
    if (known !== undefined) return known;
    if (this.removed || offset + size > CONFIG_BYTES)
      return size >= 4 ? 0xffffffff : (1 << (8 * size)) - 1;
    return this.#bus.window(this.description.slot, offset, size, false, 0);
  }

  writeConfiguration(offset: number, size: number, value: number): void {
    if (this.removed || offset + size > CONFIG_BYTES) return;
    this.#bus.window(this.description.slot, offset, size, true, value);
  }

  /** Puts the addresses of its memory into its base address registers, and lets it decode them. */
  place(): void {
    for (const { bar, wide, address } of this.#bars) {
      this.writeConfiguration(PCI_BAR + 4 * bar, 4, address >>> 0);
      if (wide) this.writeConfiguration(PCI_BAR + 4 * bar + 4, 4, Math.floor(address / 4294967296));
    }
    const command = this.readConfiguration(PCI_COMMAND, 2);
    this.writeConfiguration(PCI_COMMAND, 2, command | COMMAND_MEMORY | COMMAND_BUS_MASTER);
  }

  /**
   * Makes an interrupt for each of `wanted`, hands its message to `program`, which writes it into the
   * device's table, and points it at its processor. `then` hears whether all of them are there.
   */
  enableMsix(
    wanted: readonly WantedInterrupt[],
    program: (index: number, message: InterruptMessage) => void,
    then: (good: boolean) => void,
  ): void {
    const { slot } = this.description;
    const next = (index: number) => {
      if (index === wanted.length || this.removed) {
        then(!this.removed);
        return;
      }
      this.#bus.createInterrupt(slot, wanted[index], (message) => {
        if (message === undefined) {
          then(false);
          return;
        }
        this.#interrupts.push(message);
        program(index, message);
        if (this.#bus.retarget(slot, message, wanted[index]) === 0) next(index + 1);
        else then(false);
      });
    };
    next(0);
  }

  /** Gives every interrupt back. */
  disableMsix(): void {
    for (const message of this.#interrupts.splice(0))
      if (!this.removed) this.#bus.deleteInterrupt(this.description.slot, message);
  }

  readBlock(block: number, bytes: number, then: BlockRead): void {
    this.#bus.readBlock(this.description.slot, block, bytes, then);
  }

  writeBlock(block: number, bytes: Uint8Array, then: (good: boolean) => void): void {
    this.#bus.writeBlock(this.description.slot, block, bytes, then);
  }

  /** Registers that the guest's bus driver answers itself. */
  #synthesised(offset: number, size: number): number | undefined {
    const { vendor, device, revision, programmingInterface, subClass, baseClass, subsystem } =
      this.description;
    const within = (start: number, end: number) => offset >= start && offset + size <= end;
    const header = new Uint8Array(4);
    if (within(PCI_VENDOR, PCI_COMMAND)) {
      putNumber(header, 0, 2, vendor);
      putNumber(header, 2, 2, device);
    } else if (within(PCI_REVISION, PCI_REVISION + 4))
      header.set([revision, programmingInterface, subClass, baseClass]);
    else if (within(PCI_SUBSYSTEM_VENDOR, PCI_EXPANSION_ROM)) putNumber(header, 0, 4, subsystem);
    else if (!within(PCI_EXPANSION_ROM, PCI_EXPANSION_ROM + 4)) {
      if (!within(PCI_INTERRUPT_LINE, PCI_INTERRUPT_PIN + 1)) return undefined;
    }
    const all = new DataView(header.buffer).getUint32(0, true) >>> (8 * (offset & 3));
    return size === 4 ? all : all & ((1 << (8 * size)) - 1);
  }
}
