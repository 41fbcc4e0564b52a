import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LatencyRecord } from './latency.ts';

const recordOf = (times: readonly number[]) => {
  const record = new LatencyRecord();
  for (const time of times) record.add(time);
  return record;
};

describe('the latencies of a run', () => {
  test('shares are those of the sorted list, by nearest rank', () => {
    const times = Array.from({ length: 1000 }, (_, i) => (1000 - i) * 1e6);
    expect(recordOf(times).shares([0.5, 0.99, 0.999, 1])).toEqual([500, 990, 999, 1000]);
    expect(recordOf([7e6]).shares([0, 0.999])).toEqual([7, 7]);
  });

  test('without frames there is no latency and no bucket', () => {
    expect(recordOf([]).shares([0.5])).toEqual([0]);
    expect(recordOf([]).histogram()).toEqual([]);
  });

  test('each frame is in one bucket, at most a sixteenth of its lower bound wide', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2_147_483_647_999 }), { minLength: 1 }),
        (times) => {
          const buckets = recordOf(times).histogram();
          expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(times.length);
          for (const [i, { from, to, count }] of buckets.entries()) {
            const within = times.filter((time) => {
              const microseconds = Math.floor(time / 1e3) / 1e3;
              return microseconds >= from && microseconds < to;
            });
            expect(within.length).toBe(count);
            expect(to - from).toBeLessThanOrEqual(Math.max(0.001, from / 16) + 1e-9);
            if (i > 0) expect(from).toBeGreaterThanOrEqual(buckets[i - 1].to);
          }
        },
      ),
    );
  });

  test('what is longer than the last bucket is in it', () => {
    const [bucket] = recordOf([9e15]).histogram();
    expect(bucket.count).toBe(1);
    expect(bucket.to).toBeCloseTo(2 ** 31 / 1e3, 0);
  });

  test('beyond what is kept one by one, shares are bounds of buckets', () => {
    const record = new LatencyRecord();
    for (let i = 0; i < (1 << 22) + 1000; i++) record.add(i < 1 << 22 ? 1e6 : 100e6);
    const [p50, all] = record.shares([0.5, 1]);
    expect(p50).toBeGreaterThanOrEqual(1);
    expect(p50).toBeLessThanOrEqual(1 * (1 + 1 / 16) + 0.001);
    expect(all).toBeGreaterThanOrEqual(100);
    expect(all).toBeLessThanOrEqual(100 * (1 + 1 / 16) + 0.001);
  });
});
