import type { SrIovOptions } from './capabilities/sr-iov.ts';
import type { ConfigurationSpace } from './configuration-space.ts';
import { takeFunctionReset } from './function-reset.ts';
import type { MemoryWindow, PciFunction } from './pci-function.ts';
import { SrIov, type SrIovWiring } from './sr-iov.ts';

/** What a device gives one of its physical functions. */
export interface PhysicalFunctionParts {
  configuration: ConfigurationSpace;
  /** Offset of its PCI Express capability. */
  express: number;
  window(bar: number): MemoryWindow | undefined;
  sriov?: { offset: number; options: SrIovOptions } & Omit<SrIovWiring, 'requesterId'>;
}

/** A function that is always there, with or without virtual functions of its own. */
export class PhysicalFunction implements PciFunction {
  readonly configuration: ConfigurationSpace;
  readonly sriov: SrIov | undefined;
  /** Device and function number: 0 to 7, or to 255 where the device does ARI. */
  readonly number: number;
  /** Called when it is reset by its own bit, after its registers and its virtual functions. */
  onReset: () => void = () => {};
  /** Bus number, as the last configuration write told it. */
  bus = 0;
  #parts: PhysicalFunctionParts;

  constructor(number: number, parts: PhysicalFunctionParts) {
    this.number = number;
    this.configuration = parts.configuration;
    this.#parts = parts;
    const { sriov } = parts;
    if (sriov !== undefined)
      this.sriov = new SrIov(parts.configuration, sriov.offset, sriov.options, {
        ...sriov,
        requesterId: () => this.requesterId,
      });
    this.configuration.written = () => this.#written();
  }

  get requesterId(): number {
    return (this.bus << 8) | this.number;
  }

  window(bar: number): MemoryWindow | undefined {
    return this.#parts.window(bar);
  }

  /** Its function-level reset: the virtual functions go with it. */
  reset(): void {
    this.configuration.functionReset();
    this.onReset();
  }

  #written(): void {
    if (takeFunctionReset(this.configuration, this.#parts.express)) this.reset();
    else this.sriov?.update();
  }
}
