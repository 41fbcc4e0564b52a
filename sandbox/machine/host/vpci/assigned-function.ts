import type { InterruptEntry } from '../../partition/assigned-devices.ts';

/** Identification of a function, as its physical function's driver knows it: a VF's own reads are ones. */
export interface FunctionIds {
  vendor: number;
  device: number;
  revision: number;
  programmingInterface: number;
  subClass: number;
  baseClass: number;
  /** Subsystem vendor in the low 16 bits, subsystem in the high ones. */
  subsystem: number;
}

/**
 * A function that management has given to a partition, and what the provider of its virtual PCI bus may
 * have done to it. Behind it are the physical function's driver, the IOMMU and interrupt remapping.
 * Processors are virtual ones of the partition, by index; vectors are those of the guest, 16 to 255.
 */
export interface AssignedFunction {
  readonly ids: FunctionIds;
  /** Interrupts that it can have. */
  readonly vectors: number;
  /** `size` bytes (1, 2 or 4) at `offset` (below 4096) of its configuration space, unsigned. */
  configurationRead(offset: number, size: number): number;
  configurationWrite(offset: number, size: number, value: number): void;
  /** What each base address register reads after ones were written to it; 0 where there is none. */
  probedBars(): readonly number[];
  /** Makes `count` interrupts that follow one another. @returns undefined when there is no room */
  createInterrupt(
    count: number,
    vector: number,
    processors: readonly number[],
  ): InterruptEntry | undefined;
  /** @returns false when the function has no such interrupt */
  retarget(entry: InterruptEntry, vector: number, processors: readonly number[]): boolean;
  releaseInterrupt(entry: InterruptEntry): void;
  /** Shows the memory behind a base address register to the guest; takes it away without an address. */
  assignMemory(bar: number, guestAddress: number | undefined): void;
  /** @returns undefined when there is no such block; at most 128 bytes */
  readBlock(block: number, length: number): Uint8Array | undefined;
  /** @returns false when there is no such block */
  writeBlock(block: number, bytes: Uint8Array): boolean;
  /** A function-level reset: its guest is gone and has not put it to rest. */
  reset(): void;
}
