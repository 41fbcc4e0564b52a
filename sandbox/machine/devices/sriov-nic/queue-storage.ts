import { StorageBlock, type StoredRange } from './storage-block.ts';

const RX = 0xc000;
const TX = 0xe000;
const STEP = 0x40;
const QUEUES = 16;
/** Where the first four queues stand again. */
const RX_ALIAS = 0x2800;
const TX_ALIAS = 0x3800;
const ALIAS_STEP = 0x100;
const ALIASES = 4;

/** TXCTL, RXDCTL, and the values after reset that are not 0 (section 3, queues). */
const TXCTL = 0x14;
const CONTROL = 0x28;
const TXCTL_RESET = 0x2a00;
const RXDCTL_RESET = 0x00010000;
const ENABLE = 1 << 25;

/** Registers of the 16 queue pairs without the queues: what a driver wrote, for a device without memory. */
export class QueueStorage extends StorageBlock {
  override readonly ranges: readonly (readonly [number, number])[];

  constructor() {
    const rows: StoredRange[] = [
      { first: RX, count: (QUEUES * STEP) >> 2 },
      { first: TX, count: (QUEUES * STEP) >> 2 },
    ];
    super(rows);
    this.ranges = [
      [RX, QUEUES * STEP],
      [TX, QUEUES * STEP],
      ...Array.from({ length: ALIASES }, (_, q) => [RX_ALIAS + ALIAS_STEP * q, STEP] as const),
      ...Array.from({ length: ALIASES }, (_, q) => [TX_ALIAS + ALIAS_STEP * q, STEP] as const),
    ];
    this.reset();
  }

  override reset(): void {
    super.reset();
    for (let q = 0; q < QUEUES; q++) this.#resetQueue(q);
    super.write(RX + CONTROL, RXDCTL_RESET | ENABLE);
    super.write(TX + CONTROL, ENABLE);
  }

  /** A virtual function was reset: its queues are off. As in the recording the rest stays. */
  resetPool(pool: number): void {
    for (const control of [RX + CONTROL, TX + CONTROL])
      for (const q of [pool, pool + 8]) {
        const at = control + STEP * q;
        super.write(at, super.read(at) & ~ENABLE);
      }
  }

  override read(offset: number): number {
    return super.read(canonical(offset));
  }

  override write(offset: number, value: number, at = 0): void {
    super.write(canonical(offset), value, at);
  }

  #resetQueue(q: number): void {
    for (let register = 0; register < STEP; register += 4) {
      super.write(RX + STEP * q + register, register === CONTROL ? RXDCTL_RESET : 0);
      super.write(TX + STEP * q + register, register === TXCTL ? TXCTL_RESET : 0);
    }
  }
}

function canonical(offset: number): number {
  for (const [alias, base] of [
    [RX_ALIAS, RX],
    [TX_ALIAS, TX],
  ]) {
    const queue = Math.floor((offset - alias) / ALIAS_STEP);
    if (queue >= 0 && queue < ALIASES) return base + STEP * queue + ((offset - alias) % ALIAS_STEP);
  }
  return offset;
}
