import { describe, expect, it } from 'vitest';
import { draw } from './quiz.ts';

const VALUES = { path: ['vmbus', 'sriov'], frame: [1514, 757, 60] } as const;

describe('variants that are drawn', () => {
  it('begin with the first value of each, and are all different', () => {
    const drawn = draw(VALUES, 6, 7);
    expect(drawn[0]).toEqual({ path: 'vmbus', frame: 1514 });
    expect(new Set(drawn.map((one) => JSON.stringify(one))).size).toBe(6);
  });

  it('are as many as asked for, or as there are', () => {
    expect(draw(VALUES, 3)).toHaveLength(3);
    expect(draw(VALUES, 50)).toHaveLength(6);
  });

  it('follow from the seed', () => {
    expect(draw(VALUES, 5, 2)).toEqual(draw(VALUES, 5, 2));
    const orders = [1, 2, 3, 4, 5].map((seed) => JSON.stringify(draw(VALUES, 6, seed)));
    expect(new Set(orders).size).toBeGreaterThan(1);
  });
});
