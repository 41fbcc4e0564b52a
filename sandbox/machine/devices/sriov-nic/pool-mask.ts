/** A set of pools, 0 to 63: two words, as the extension's registers have it. */
export class PoolMask {
  static readonly NONE = new PoolMask(0, 0);
  static readonly ALL = new PoolMask(0xffffffff, 0xffffffff);
  readonly low: number;
  readonly high: number;

  constructor(low: number, high: number) {
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  /** The pools from 0 to `count` - 1. */
  static first(count: number): PoolMask {
    const word = (bits: number) => (bits <= 0 ? 0 : 0xffffffff >>> Math.max(0, 32 - bits));
    return new PoolMask(word(count), word(count - 32));
  }

  get empty(): boolean {
    return (this.low | this.high) === 0;
  }

  has(pool: number): boolean {
    return (((pool < 32 ? this.low : this.high) >>> (pool & 31)) & 1) !== 0;
  }

  and(other: PoolMask): PoolMask {
    return new PoolMask(this.low & other.low, this.high & other.high);
  }

  or(other: PoolMask): PoolMask {
    return new PoolMask(this.low | other.low, this.high | other.high);
  }

  /** The pools in it, ascending. */
  list(): number[] {
    const pools: number[] = [];
    for (let pool = 0; pool < 64; pool++) if (this.has(pool)) pools.push(pool);
    return pools;
  }
}
