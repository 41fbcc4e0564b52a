import type { Rect } from './shapes.ts';

type Point = [x: number, y: number];

/** The part of a convex polygon on the side of a line where `x·a + y·b <= c`. */
function cut(points: Point[], [a, b, c]: [number, number, number]): Point[] {
  const inside = ([x, y]: Point) => a * x + b * y - c;
  return points.flatMap((point, index): Point[] => {
    const next = points[(index + 1) % points.length] as Point;
    const [here, there] = [inside(point), inside(next)];
    const kept = here <= 0 ? [point] : [];
    if (here <= 0 === there <= 0) return kept;
    const t = here / (here - there);
    return [...kept, [point[0] + t * (next[0] - point[0]), point[1] + t * (next[1] - point[1])]];
  });
}

/**
 * Slanted stripes in a rectangle, `on` pixels wide and `period` pixels apart across, as a path. `falling`
 * ones go from top left to bottom right.
 */
export function hatchPath(rect: Rect, on: number, period: number, falling: boolean): string {
  const { x, y, width, height } = rect;
  const corners: Point[] = [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
  const [a, b] = [Math.SQRT1_2, falling ? -Math.SQRT1_2 : Math.SQRT1_2];
  const across = corners.map(([px, py]) => a * px + b * py);
  const start = Math.floor(Math.min(...across) / period) * period;
  let d = '';
  for (let at = start; at < Math.max(...across); at += period) {
    const stripe = cut(cut(corners, [a, b, at + on]), [-a, -b, -at]);
    if (stripe.length > 2)
      d += `M${stripe.map(([px, py]) => `${px.toFixed(2)} ${py.toFixed(2)}`).join('L')}z`;
  }
  return d;
}
