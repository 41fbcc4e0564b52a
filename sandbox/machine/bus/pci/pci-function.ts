import type { ConfigurationSpace } from './configuration-space.ts';

/** Memory behind a base address register. `offset` counts from its start; `at` is when it leaves. */
export interface MemoryWindow {
  /** Bytes. */
  readonly size: number;
  read(offset: number, size: number): number;
  write(offset: number, size: number, value: number, at: number): void;
}

/** A function on a PCI bus. */
export interface PciFunction {
  readonly configuration: ConfigurationSpace;
  /** Bus, device and function now. */
  readonly requesterId: number;
  /** Memory behind base address register `bar`; undefined where it has none. */
  window(bar: number): MemoryWindow | undefined;
}

/** Where an address ends up: a function, its base address register, and the offset in it. */
export interface Claim {
  target: PciFunction;
  bar: number;
  offset: number;
}
