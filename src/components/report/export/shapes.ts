/** What a picture is made of once it has been laid out: flat shapes in the order they are painted. */

export interface Paint {
  /** A colour that every program knows: `#rrggbb`. */
  color: string;
  /** 0 to 1. */
  alpha: number;
}

export interface Stroke extends Paint {
  width: number;
  dash: number[];
  round: boolean;
}

/** A path in its own coordinates, and where the picture has them. */
export interface PathShape {
  kind: 'path';
  d: string;
  matrix: [number, number, number, number, number, number];
  fill?: Paint;
  stroke?: Stroke;
  /** Whether the stroke keeps its width however the coordinates are stretched. */
  nonScaling?: boolean;
}

/** A line of text from its baseline. `width` is what it takes on the page. */
export interface TextShape {
  kind: 'text';
  text: string;
  x: number;
  y: number;
  width: number;
  fill: Paint;
  size: number;
  family: string;
  weight: string;
  italic: boolean;
}

export type Shape = PathShape | TextShape;

/** A picture of `width` by `height` CSS pixels. */
export interface Picture {
  title: string;
  width: number;
  height: number;
  background: Paint;
  shapes: Shape[];
}

export const IDENTITY: PathShape['matrix'] = [1, 0, 0, 1, 0, 0];

const n = (value: number) => String(Math.round(value * 100) / 100);

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The path of a rectangle, with round corners if `radius` is more than none. */
export function rectPath({ x, y, width, height }: Rect, radius = 0): string {
  const r = Math.min(radius, width / 2, height / 2);
  if (!(r > 0)) return `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}z`;
  const arc = (dx: number, dy: number) => `a${n(r)} ${n(r)} 0 0 1 ${n(dx)} ${n(dy)}`;
  const [w, h] = [n(width - 2 * r), n(height - 2 * r)];
  return `M${n(x + r)} ${n(y)}h${w}${arc(r, r)}v${h}${arc(-r, r)}h-${w}${arc(-r, -r)}v-${h}${arc(r, -r)}z`;
}
