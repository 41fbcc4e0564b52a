/** A group of registers that a register file asks by offset in the physical function's window. */
export interface RegisterBlock {
  /** First offset, and bytes. */
  readonly ranges: readonly (readonly [number, number])[];
  /** A 32-bit read of an offset in the ranges, a multiple of 4. */
  read(offset: number): number;
  /** A 32-bit write that reaches the device at `at`, in picoseconds. */
  write(offset: number, value: number, at: number): void;
}

/** Registers as software sees them through one function's memory. */
export interface RegisterWindow {
  read(offset: number): number;
  write(offset: number, value: number, at: number): void;
}
