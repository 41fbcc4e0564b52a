import type { HistogramBucket } from '../report.ts';

/** Latencies that are kept one by one; those beyond go into buckets at once. */
const EXACT = 1 << 22;
/** Buckets in each doubling, a power of two: a bucket is at most 1/16 of its lower bound wide. */
const STEPS = 16;
const STEP_BITS = 4;
/** Nanoseconds that the last bucket ends at: 2^31, some two seconds. */
const DOUBLINGS = 31;

/**
 * The latencies of one run. Percentiles are exact up to 4,194,304 frames; beyond, they are the upper bounds
 * of log-linear buckets, at most 1/16 too long.
 */
export class LatencyRecord {
  count = 0;
  #kept = new Float64Array(4096);
  /** Of the latencies that were not kept. */
  #beyond: Float64Array | undefined;

  /** @param time in picoseconds */
  add(time: number): void {
    const at = this.count++;
    if (at >= EXACT) {
      this.#beyond ??= newBuckets();
      this.#beyond[bucketOf(time)]++;
      return;
    }
    if (at === this.#kept.length) this.#grow();
    this.#kept[at] = time;
  }

  /**
   * For each of `shares`, the latency that this share of the frames stayed at or under, in microseconds;
   * 0 without frames.
   */
  shares(shares: readonly number[]): number[] {
    const { count } = this;
    if (count === 0) return shares.map(() => 0);
    const rank = (share: number) => Math.min(count, Math.max(1, Math.ceil(share * count)));
    if (this.#beyond !== undefined) {
      const buckets = this.histogram();
      return shares.map((share) => boundAt(buckets, rank(share)));
    }
    const sorted = this.#kept.slice(0, count).sort();
    return shares.map((share) => sorted[rank(share) - 1] / 1e6);
  }

  /** The buckets that something is in, from the shortest latency on. Bounds in microseconds. */
  histogram(): HistogramBucket[] {
    const counts = this.#beyond?.slice() ?? newBuckets();
    const kept = Math.min(this.count, EXACT);
    for (let i = 0; i < kept; i++) counts[bucketOf(this.#kept[i])]++;
    const buckets: HistogramBucket[] = [];
    for (let i = 0; i < counts.length; i++)
      if (counts[i] > 0)
        buckets.push({ from: lowerBound(i) / 1e3, to: lowerBound(i + 1) / 1e3, count: counts[i] });
    return buckets;
  }

  #grow(): void {
    const grown = new Float64Array(this.#kept.length * 2);
    grown.set(this.#kept);
    this.#kept = grown;
  }
}

function newBuckets(): Float64Array {
  return new Float64Array((DOUBLINGS - STEP_BITS + 1) * STEPS);
}

/** The bucket of a latency in picoseconds; one that is longer than all is in the last. */
function bucketOf(time: number): number {
  const nanoseconds = Math.min(2 ** DOUBLINGS - 1, Math.max(0, Math.floor(time / 1e3)));
  if (nanoseconds < STEPS) return nanoseconds;
  const shift = 31 - Math.clz32(nanoseconds) - STEP_BITS;
  return shift * STEPS + (nanoseconds >>> shift);
}

/** Where a bucket begins, in nanoseconds. */
function lowerBound(bucket: number): number {
  if (bucket < STEPS) return bucket;
  const shift = Math.floor(bucket / STEPS) - 1;
  return (STEPS + (bucket % STEPS)) * 2 ** shift;
}

/** The upper bound of the bucket that the frame of that rank, from 1, is in. */
function boundAt(buckets: readonly HistogramBucket[], rank: number): number {
  let seen = 0;
  for (const { to, count } of buckets) {
    seen += count;
    if (seen >= rank) return to;
  }
  return 0;
}
