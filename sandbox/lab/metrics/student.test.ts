import { expect, test } from 'vitest';
import { interval95, MOST_VALUES } from './student.ts';

test('the interval of a textbook sample: five values, t of four degrees of freedom is 2.776', () => {
  const { mean, low, high } = interval95([10, 12, 9, 11, 13]);
  expect(mean).toBe(11);
  // Standard deviation 1.5811, of the mean 0.7071.
  expect(high - mean).toBeCloseTo(2.776 * Math.SQRT1_2, 4);
  expect(mean - low).toBeCloseTo(high - mean, 12);
});

test('two values are the least, thirty the most', () => {
  expect(interval95([1, 3])).toEqual({ mean: 2, low: 2 - 12.706, high: 2 + 12.706 });
  const thirty = Array.from({ length: MOST_VALUES }, (_, i) => i % 2);
  expect(MOST_VALUES).toBe(30);
  expect(interval95(thirty).high - 0.5).toBeCloseTo((2.045 * 0.50855) / Math.sqrt(30), 4);
});

test('equal values leave no doubt', () => {
  expect(interval95([7, 7, 7])).toEqual({ mean: 7, low: 7, high: 7 });
});

test('of a thousand samples of a normal distribution, about 950 intervals hold the mean', () => {
  let state = 12345;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const normal = () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, 0) - 6;
  const samples = Array.from({ length: 1000 }, () => Array.from({ length: 5 }, normal));
  const held = samples.map(interval95).filter(({ low, high }) => low <= 0 && high >= 0);
  expect(held.length).toBeGreaterThan(925);
  expect(held.length).toBeLessThan(975);
});
