/** Whether a figure is what a choice says, and how far it is from the nearest figure that would change that. */
export interface Fit {
  fits: boolean;
  /** Distance to the nearest edge, as a share of the larger of figure and edge: 0 to 1. */
  margin: number;
}

/** From `low` on, below `high`. Either may be infinite. */
export function between(value: number, low: number, high: number): Fit {
  return {
    fits: value >= low && value < high,
    margin: Math.min(distance(value, low), distance(value, high)),
  };
}

/** Within `spread` of `target`, a share of it: `about(x, 0.5)` is 0.375 to 0.625. */
export function about(value: number, target: number, spread = 0.25): Fit {
  return between(value, target * (1 - spread), target * (1 + spread));
}

/** The largest of all. */
export function most(value: number, all: readonly number[]): Fit {
  const rest = all.toSpliced(all.indexOf(value), 1);
  return between(value, Math.max(...rest), Number.POSITIVE_INFINITY);
}

/** The smallest of all. */
export function least(value: number, all: readonly number[]): Fit {
  const rest = all.toSpliced(all.indexOf(value), 1);
  return between(value, Number.NEGATIVE_INFINITY, Math.min(...rest));
}

function distance(value: number, edge: number): number {
  if (!Number.isFinite(edge)) return 1;
  const size = Math.max(Math.abs(value), Math.abs(edge));
  return size === 0 ? 0 : Math.abs(value - edge) / size;
}
