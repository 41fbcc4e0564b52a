import type { ConfigurationSpace } from './configuration-space.ts';
import { takeFunctionReset } from './function-reset.ts';
import type { MemoryWindow, PciFunction } from './pci-function.ts';
import type { SrIov } from './sr-iov.ts';

/** What a device gives each of its virtual functions. */
export interface VirtualFunctionParts {
  configuration: ConfigurationSpace;
  /** Offset of its PCI Express capability. */
  express: number;
  window(bar: number): MemoryWindow | undefined;
}

/** A virtual function. It is there while VF Enable is set and its number is below NumVFs. */
export class VirtualFunction implements PciFunction {
  /** Counted from 0. */
  readonly index: number;
  readonly configuration: ConfigurationSpace;
  /** Called when it is reset: by its own bit, or by an edge of VF Enable. */
  onReset: () => void = () => {};
  #parts: VirtualFunctionParts;
  #sriov: SrIov;

  constructor(index: number, sriov: SrIov, parts: VirtualFunctionParts) {
    this.index = index;
    this.configuration = parts.configuration;
    this.#sriov = sriov;
    this.#parts = parts;
    this.configuration.written = () => {
      if (takeFunctionReset(this.configuration, parts.express)) this.reset();
    };
  }

  get requesterId(): number {
    return this.#sriov.idOf(this.index);
  }

  get present(): boolean {
    return this.index < this.#sriov.active;
  }

  window(bar: number): MemoryWindow | undefined {
    return this.present ? this.#parts.window(bar) : undefined;
  }

  /** Its own function-level reset. Its addresses stay: they stand in the physical function. */
  reset(): void {
    this.configuration.functionReset();
    this.onReset();
  }

  /** What an edge of VF Enable does to it: nothing survives. */
  renew(): void {
    this.configuration.reset();
    this.onReset();
  }
}
