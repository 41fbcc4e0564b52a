import type { Colors } from './colors.ts';
import { hatchPath } from './hatch.ts';
import { IDENTITY, type Paint, type PathShape, type Rect, rectPath } from './shapes.ts';

/** What a box of HTML shows besides its text: background, hatching, inner shadow, borders, outline. */

const px = (value: string) => Number.parseFloat(value) || 0;

const filled = (d: string, fill: Paint): PathShape => ({
  kind: 'path',
  d,
  matrix: IDENTITY,
  fill,
});

const DASHES: Record<string, (width: number) => number[]> = {
  dashed: (width) => [Math.max(3, 3 * width), Math.max(3, 3 * width)],
  dotted: (width) => [width, Math.max(2, 1.5 * width)],
};

function stroked(d: string, paint: Paint, width: number, style: string): PathShape {
  const dash = DASHES[style]?.(width) ?? [];
  return { kind: 'path', d, matrix: IDENTITY, stroke: { ...paint, width, dash, round: false } };
}

/** `repeating-linear-gradient(<angle>deg, <a> 0px, <a> <on>px, <b> <on>px, <b> <period>px)`. */
const HATCH =
  /^repeating-linear-gradient\((-?)45deg, (.+) 0px, .+ (\d+)px, (.+) (\d+)px, .+ (\d+)px\)$/;

function hatch(image: string, rect: Rect, colors: Colors, alpha: number): PathShape[] {
  const found = HATCH.exec(image);
  if (!found) return [];
  const [, minus, first = '', on = '', second = '', , period = ''] = found;
  const stripes = hatchPath(rect, px(on), px(period), minus === '');
  const [over, under] = [colors.paint(first, alpha), colors.paint(second, alpha)];
  return [
    ...(under ? [filled(rectPath(rect), under)] : []),
    ...(over ? [filled(stripes, over)] : []),
  ];
}

/** `<color> <x>px <y>px 0px 0px inset`: a strip along one side. */
function innerShadow(shadow: string, rect: Rect, colors: Colors, alpha: number): PathShape[] {
  const found = /^(.+) (-?[\d.]+)px (-?[\d.]+)px 0px 0px inset$/.exec(shadow);
  const paint = found && colors.paint(found[1] ?? '', alpha);
  if (!paint) return [];
  const [dx, dy] = [px(found[2] ?? ''), px(found[3] ?? '')];
  const { x, y, width, height } = rect;
  const strip =
    dx !== 0
      ? { x: dx < 0 ? x + width + dx : x, y, width: Math.abs(dx), height }
      : { x, y: dy < 0 ? y + height + dy : y, width, height: Math.abs(dy) };
  return [filled(rectPath(strip), paint)];
}

const SIDES = ['top', 'right', 'bottom', 'left'] as const;

/** The middle line of a side of a box. */
function sidePath(side: (typeof SIDES)[number], { x, y, width, height }: Rect, w: number): string {
  const h = w / 2;
  if (side === 'top') return `M${x} ${y + h}H${x + width}`;
  if (side === 'bottom') return `M${x} ${y + height - h}H${x + width}`;
  if (side === 'left') return `M${x + h} ${y}V${y + height}`;
  return `M${x + width - h} ${y}V${y + height}`;
}

function borders(style: CSSStyleDeclaration, rect: Rect, colors: Colors, alpha: number) {
  const sides = SIDES.map((side) => ({
    side,
    width: px(style.getPropertyValue(`border-${side}-width`)),
    line: style.getPropertyValue(`border-${side}-style`),
    paint: colors.paint(style.getPropertyValue(`border-${side}-color`), alpha),
  }));
  const [first] = sides;
  const alike = sides.every(
    ({ width, line, paint }) =>
      width === first?.width && line === first.line && paint?.color === first.paint?.color,
  );
  if (alike && first?.paint && first.width > 0 && first.line !== 'none') {
    const half = first.width / 2;
    const inner = {
      x: rect.x + half,
      y: rect.y + half,
      width: Math.max(0, rect.width - first.width),
      height: Math.max(0, rect.height - first.width),
    };
    const radius = Math.max(0, px(style.borderTopLeftRadius) - half);
    return [stroked(rectPath(inner, radius), first.paint, first.width, first.line)];
  }
  return sides.flatMap(({ side, width, line, paint }) =>
    paint && width > 0 && line !== 'none'
      ? [stroked(sidePath(side, rect, width), paint, width, line)]
      : [],
  );
}

function outline(style: CSSStyleDeclaration, rect: Rect, colors: Colors, alpha: number) {
  const width = px(style.outlineWidth);
  const paint = colors.paint(style.outlineColor, alpha);
  if (style.outlineStyle === 'none' || !(width > 0) || !paint) return [];
  const out = px(style.outlineOffset) + width / 2;
  const around = {
    x: rect.x - out,
    y: rect.y - out,
    width: rect.width + 2 * out,
    height: rect.height + 2 * out,
  };
  return [stroked(rectPath(around), paint, width, style.outlineStyle)];
}

/** Everything that a box shows, from the back to the front. */
export function boxShapes(
  style: CSSStyleDeclaration,
  rect: Rect,
  colors: Colors,
  alpha: number,
): PathShape[] {
  if (!(rect.width > 0 && rect.height > 0)) return [];
  const background = colors.paint(style.backgroundColor, alpha);
  return [
    ...(background ? [filled(rectPath(rect, px(style.borderTopLeftRadius)), background)] : []),
    ...hatch(style.backgroundImage, rect, colors, alpha),
    ...innerShadow(style.boxShadow, rect, colors, alpha),
    ...borders(style, rect, colors, alpha),
    ...outline(style, rect, colors, alpha),
  ];
}
