import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from './random.ts';

function take(seed: number, count: number): number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.next());
}

describe('Random', () => {
  test('gives the same sequence for the same seed, another for another', () => {
    expect(take(1, 100)).toEqual(take(1, 100));
    expect(take(1, 4)).not.toEqual(take(2, 4));
  });

  test('gives numbers that never change: a trace from last year must still replay', () => {
    expect(take(1, 4)).toEqual([2442144158, 3238099751, 3819917871, 2104621829]);
  });

  test('only the low 32 bits of a seed count', () => {
    expect(take(5, 4)).toEqual(take(5 + 2 ** 32, 4));
    expect(take(-1, 4)).toEqual(take(0xffffffff, 4));
  });

  test('every bit is set about half of the time', () => {
    const ones = new Array<number>(32).fill(0);
    for (const value of take(7, 4096))
      for (let bit = 0; bit < 32; bit++) ones[bit] += (value >>> bit) & 1;
    for (const count of ones) expect(Math.abs(count - 2048)).toBeLessThan(5 * 32);
  });

  test('below(n) is spread evenly: chi-square of 16 cells under its 0.1 % bound', () => {
    const random = new Random(3);
    const cells = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) cells[random.below(16)]++;
    const chiSquare = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(37.7);
  });

  test('property: below(n) is a whole number from 0 to n - 1, up to 2^32', () => {
    const bound = fc.oneof(fc.integer({ min: 1, max: 2 ** 32 }), fc.constant(2 ** 32));
    const inside = fc.property(fc.integer(), bound, (seed, n) => {
      const random = new Random(seed);
      for (let i = 0; i < 20; i++) {
        const value = random.below(n);
        expect(Number.isInteger(value) && value >= 0 && value < n).toBe(true);
      }
    });
    fc.assert(inside, { seed: 1, numRuns: 100 });
  });
});
