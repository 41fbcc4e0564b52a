import { describe, expect, test } from 'vitest';
import { PoissonGaps, RecordedGaps } from './gaps.ts';

const MEAN = 1_000_000;

function draw(count: number, seed = 1): number[] {
  const gaps = new PoissonGaps(MEAN, seed);
  return Array.from({ length: count }, () => gaps.next());
}

describe('gaps of a Poisson process', () => {
  const drawn = draw(200_000);
  const mean = drawn.reduce((sum, gap) => sum + gap, 0) / drawn.length;

  test('are whole picoseconds around the mean', () => {
    expect(drawn.every((gap) => Number.isInteger(gap) && gap >= 0)).toBe(true);
    expect(mean / MEAN).toBeCloseTo(1, 2);
  });

  test('deviate by as much as their mean', () => {
    const variance = drawn.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / drawn.length;
    expect(Math.sqrt(variance) / MEAN).toBeCloseTo(1, 1);
  });

  test.each([0.1, 0.5, 1, 2, 4])('exceed %d means as often as exp(-x) says', (means) => {
    const longer = drawn.filter((gap) => gap > means * MEAN).length / drawn.length;
    expect(Math.abs(longer - Math.exp(-means))).toBeLessThan(0.005);
  });

  test('do not depend on the one before', () => {
    const after = drawn.filter((_, i) => i > 0 && drawn[i - 1] > 2 * MEAN);
    const meanAfter = after.reduce((sum, gap) => sum + gap, 0) / after.length;
    expect(meanAfter / MEAN).toBeCloseTo(1, 1);
  });

  test('are those of the seed', () => {
    expect(draw(100)).toEqual(draw(100));
    expect(draw(100, 2)).not.toEqual(draw(100, 3));
  });
});

test('recorded gaps come again from the first', () => {
  const gaps = new RecordedGaps(Float64Array.of(5, 0, 7));
  expect(Array.from({ length: 7 }, () => gaps.next())).toEqual([5, 0, 7, 5, 0, 7, 5]);
});
