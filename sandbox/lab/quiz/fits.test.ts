import { describe, expect, it } from 'vitest';
import { about, between, least, most } from './fits.ts';

describe('a figure and a choice', () => {
  it('fit from the lower edge on and below the upper one', () => {
    expect(between(2, 2, 3).fits).toBe(true);
    expect(between(3, 2, 3).fits).toBe(false);
    expect(between(-5, Number.NEGATIVE_INFINITY, 3).fits).toBe(true);
  });

  it('have the distance to the nearest edge as their margin, fitting or not', () => {
    expect(between(10, 8, 20).margin).toBeCloseTo(0.2);
    expect(between(10, 2, 11).margin).toBeCloseTo(1 / 11);
    expect(between(10, 11, 20)).toEqual({ fits: false, margin: 1 / 11 });
    expect(between(2, 2, 3).margin).toBe(0);
    expect(between(0, 0, 1).margin).toBe(0);
    expect(between(7, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY).margin).toBe(1);
  });

  it('that is no number fits nothing, and has no margin', () => {
    expect(between(Number.NaN, 0, 1)).toEqual({ fits: false, margin: Number.NaN });
  });

  it('are about the same within a spread', () => {
    expect([0.37, 0.38, 0.62, 0.63].map((x) => about(x, 0.5).fits)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(about(95, 100, 0.1).fits).toBe(true);
  });

  it('are the most or the least of all, with the next one as the edge', () => {
    expect(most(9, [3, 9, 6])).toEqual({ fits: true, margin: 1 / 3 });
    expect(most(6, [3, 9, 6])).toEqual({ fits: false, margin: 1 / 3 });
    expect(least(3, [3, 9, 6])).toEqual({ fits: true, margin: 0.5 });
    expect(least(9, [3, 9, 6]).fits).toBe(false);
    expect(most(9, [9, 9, 6]).margin).toBe(0);
  });
});
