import type { RegisterBlock } from './register-block.ts';

/** Registers in a row: first offset, how many, value after reset, and the bits that can be written. */
export interface StoredRange {
  first: number;
  count: number;
  reset?: number;
  writable?: number;
  /** Bytes from one to the next; 4 when left out. */
  step?: number;
  /** Keeps its value when the device is reset. */
  survives?: boolean;
}

/** Registers that only keep what was written. */
export class StorageBlock implements RegisterBlock {
  readonly ranges: readonly (readonly [number, number])[];
  #rows: readonly (StoredRange & { file: Uint32Array })[];

  constructor(rows: readonly StoredRange[]) {
    this.#rows = rows.map((row) => ({ ...row, file: new Uint32Array(row.count) }));
    this.ranges = rows.flatMap(({ first, count, step = 4 }) =>
      step === 4
        ? [[first, 4 * count] as const]
        : Array.from({ length: count }, (_, n) => [first + step * n, 4] as const),
    );
    for (const { file, reset = 0 } of this.#rows) file.fill(reset);
  }

  /** A reset of the device. */
  reset(): void {
    for (const { file, reset = 0, survives = false } of this.#rows) if (!survives) file.fill(reset);
  }

  read(offset: number): number {
    const row = this.#rowOf(offset);
    return row === undefined ? 0 : row.file[(offset - row.first) / (row.step ?? 4)];
  }

  write(offset: number, value: number, _at = 0): void {
    const row = this.#rowOf(offset);
    if (row === undefined) return;
    const index = (offset - row.first) / (row.step ?? 4);
    const mask = row.writable ?? 0xffffffff;
    row.file[index] = (value & mask) | ((row.reset ?? 0) & ~mask);
  }

  #rowOf(offset: number) {
    return this.#rows.find(
      ({ first, count, step = 4 }) =>
        offset >= first && offset < first + step * count && (offset - first) % step === 0,
    );
  }
}
