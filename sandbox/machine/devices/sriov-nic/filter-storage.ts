import { StorageBlock, type StoredRange } from './storage-block.ts';

/**
 * Registers of filters, pools and the switch, and those of the data path that software sets once:
 * offsets, values after reset and what survives a reset from section 3. They only keep what was written.
 */
const FILTERS: readonly StoredRange[] = [
  { first: 0x0028, count: 2 },
  { first: 0x0030, count: 1 },
  { first: 0x0038, count: 1, reset: 0x81008100 },
  { first: 0x0100, count: 1 },
  { first: 0x0170, count: 1 },
  { first: 0x0400, count: 1, reset: 0xa40400f8 },
  { first: 0x0e00, count: 1, reset: 0x07068302 },
  { first: 0x2160, count: 1 },
  { first: 0x2168, count: 1 },
  { first: 0x2404, count: 1, reset: 0x40, survives: true },
  { first: 0x2408, count: 1 },
  { first: 0x3404, count: 1, reset: 0x28, survives: true },
  { first: 0x3500, count: 1 },
  { first: 0x3590, count: 1, reset: 0x44 },
  { first: 0x3700, count: 8 },
  { first: 0x5000, count: 1, reset: 0x300 },
  { first: 0x5004, count: 2 },
  { first: 0x5200, count: 128 },
  { first: 0x5400, count: 32 },
  { first: 0x54e0, count: 16 },
  { first: 0x5600, count: 128 },
  { first: 0x5800, count: 1 },
  { first: 0x5808, count: 1 },
  { first: 0x5818, count: 2 },
  { first: 0x5820, count: 1 },
  { first: 0x5ad0, count: 8, reset: 0x80002600 },
  { first: 0x5af0, count: 1, reset: 0x80000000 },
  { first: 0x5b00, count: 1, reset: 0x06850200 },
  { first: 0x5bbc, count: 1 },
  { first: 0x5c00, count: 42 },
  { first: 0x5d00, count: 32 },
  { first: 0xa000, count: 128 },
];

const RAL = 0x5400;
const RAH = 0x5404;
const ADDRESS_VALID = 0x80000000;

/** The filters as plain storage; the station's own address stands in entry 0 after a reset. */
export class FilterStorage extends StorageBlock {
  #station: readonly [low: number, high: number];

  /** @param station RAL and RAH of entry 0 without its valid bit, from the NVM */
  constructor(station: readonly [low: number, high: number]) {
    super(FILTERS);
    this.#station = station;
    this.reset();
  }

  override reset(): void {
    super.reset();
    this.write(RAL, this.#station[0]);
    this.write(RAH, (this.#station[1] | ADDRESS_VALID) >>> 0);
  }
}
