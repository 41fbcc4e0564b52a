/** Registers of a part of the device, for the dispatch of the physical function's window. All accesses have 32 bits. */
export interface RegisterBlock {
  /** First offset and bytes of each range. */
  readonly ranges: readonly (readonly [number, number])[];
  read(offset: number): number;
  /** @param at when the write leaves the processor, in picoseconds */
  write(offset: number, value: number, at: number): void;
}
