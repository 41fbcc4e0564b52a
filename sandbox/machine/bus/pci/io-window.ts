import type { PortClaimant } from '../port-space.ts';
import type { ConfigurationSpace } from './configuration-space.ts';

/** Registers behind a base address: `offset` counts from the start of the window. */
export interface RegisterFile {
  read(offset: number, size: number): number;
  write(offset: number, size: number, value: number): void;
}

/**
 * The I/O ports of a PCI function: where its base address register says, while its command register
 * lets it answer in I/O space. A base address of 0 is none.
 */
export class IoWindow implements PortClaimant {
  #space: ConfigurationSpace;
  #bar: number;
  #size: number;
  #target: RegisterFile;

  /** @param size bytes of the window, as in the base address register `bar` */
  constructor(space: ConfigurationSpace, bar: number, size: number, target: RegisterFile) {
    this.#space = space;
    this.#bar = bar;
    this.#size = size;
    this.#target = target;
  }

  claims(port: number): boolean {
    if (!this.#space.ioEnabled) return false;
    const base = this.#space.bar(this.#bar);
    return base !== 0 && port >= base && port < base + this.#size;
  }

  readPort(port: number, size: number): number {
    return this.#target.read(port - this.#space.bar(this.#bar), size);
  }

  writePort(port: number, size: number, value: number): void {
    this.#target.write(port - this.#space.bar(this.#bar), size, value);
  }
}
