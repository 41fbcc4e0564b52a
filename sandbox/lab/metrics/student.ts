import type { Interval } from '../report.ts';

/**
 * Student's t for a two-sided 95 % interval, by degrees of freedom from 1 to 29 (any table of the
 * distribution; rounded to three decimals).
 */
const T_95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
  2.045,
];

/** Most values that an interval is made of. */
export const MOST_VALUES = T_95.length + 1;

/**
 * The mean of `values` and the interval that holds the true mean in 95 of 100 such experiments, if they come
 * from a normal distribution.
 * @param values 2 to MOST_VALUES of them
 */
export function interval95(values: readonly number[]): Interval {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = T_95[n - 2] * Math.sqrt(squares / (n - 1) / n);
  return { mean, low: mean - half, high: mean + half };
}
