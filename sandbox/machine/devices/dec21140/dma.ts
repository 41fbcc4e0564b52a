import type { ConfigurationSpace } from '../../bus/pci/configuration-space.ts';
import { PCI_STATUS } from '../../bus/pci/configuration-space.ts';
import { STATUS_MASTER_ABORT } from './configuration.ts';

/** Memory as the chip's bus master sees it: guest-physical addresses. Nothing it does can throw. */
export interface BusMaster {
  /** @returns how many bytes answered; the others become ff */
  readInto(address: number, target: Uint8Array, offset: number, length: number): number;
  /** @returns how many bytes were taken */
  writeFrom(address: number, source: Uint8Array, offset: number, length: number): number;
}

const ADDRESS_SPACE = 0x100000000;

/**
 * The chip's bus master. It counts what it does, so that whoever drives it can stay within bounds, and
 * ends for good at the first address where nothing answers: a master abort.
 */
export class Dma {
  /** Accesses and bytes since the chip was made. */
  operations = 0;
  bytes = 0;
  /** A fatal bus error has ended all DMA until the chip is reset. */
  halted = false;
  /** Scratch space in which bytes change places; whole longwords. */
  readonly #swapped = new Uint8Array(16384 + 8);
  readonly #memory: BusMaster;
  readonly #configuration: ConfigurationSpace;
  readonly #failed: () => void;

  /** @param failed called at a fatal bus error */
  constructor(memory: BusMaster, configuration: ConfigurationSpace, failed: () => void) {
    this.#memory = memory;
    this.#configuration = configuration;
    this.#failed = failed;
  }

  /** Whether the chip may use the bus: the command register's bus master bit, and no fatal error. */
  get ready(): boolean {
    return !this.halted && this.#configuration.busMaster;
  }

  /** @returns whether all of it answered; if not, DMA has halted */
  read(address: number, target: Uint8Array, offset: number, length: number): boolean {
    if (this.halted) return false;
    this.#count(length);
    return (
      (address + length <= ADDRESS_SPACE &&
        this.#memory.readInto(address, target, offset, length) === length) ||
      this.#fail()
    );
  }

  /** @returns whether all of it was taken; if not, DMA has halted */
  write(address: number, source: Uint8Array, offset: number, length: number): boolean {
    if (this.halted) return false;
    this.#count(length);
    return (
      (address + length <= ADDRESS_SPACE &&
        this.#memory.writeFrom(address, source, offset, length) === length) ||
      this.#fail()
    );
  }

  /** Reads a buffer at any address whose longwords hold their bytes from the highest to the lowest. */
  readSwapped(address: number, target: Uint8Array, offset: number, length: number): boolean {
    const from = address & 3;
    const whole = (from + length + 3) & ~3;
    if (!this.read(address - from, this.#swapped, 0, whole)) return false;
    for (let i = 0; i < length; i++) target[offset + i] = this.#swapped[(from + i) ^ 3];
    return true;
  }

  /** Writes to such a buffer, at a whole longword; bytes beyond the end of the last one become 0. */
  writeSwapped(address: number, source: Uint8Array, offset: number, length: number): boolean {
    const whole = (length + 3) & ~3;
    this.#swapped.fill(0, whole - 4, whole);
    for (let i = 0; i < length; i++) this.#swapped[i ^ 3] = source[offset + i];
    return this.write(address, this.#swapped, 0, whole);
  }

  #count(length: number): void {
    this.operations++;
    this.bytes += length;
  }

  #fail(): false {
    this.halted = true;
    this.#configuration.set(PCI_STATUS, 2, STATUS_MASTER_ABORT);
    this.#failed();
    return false;
  }
}
