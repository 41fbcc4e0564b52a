import type { Paint, Picture, Shape } from './shapes.ts';

const NAMESPACE = 'http://www.w3.org/2000/svg';
/** What a document in XML cannot hold, however it is written. */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
/** A reader's own serif and monospace stand in where the site's fonts are not installed. */
const n = (value: number) => String(Math.round(value * 100) / 100);

function node(name: string, attributes: Record<string, string | undefined>): SVGElement {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) element.setAttribute(key, value.replace(NOT_XML, ''));
  return element;
}

const faint = (paint: Paint) => (paint.alpha < 1 ? n(paint.alpha) : undefined);

function shapeNode(shape: Shape): SVGElement {
  if (shape.kind === 'text') {
    const element = node('text', {
      x: n(shape.x),
      y: n(shape.y),
      fill: shape.fill.color,
      'fill-opacity': faint(shape.fill),
      'font-family': shape.family,
      'font-size': n(shape.size),
      'font-weight': shape.weight === '400' ? undefined : shape.weight,
      'font-style': shape.italic ? 'italic' : undefined,
      // The words keep their width, and so their place, in whatever font there is.
      textLength: n(shape.width),
      lengthAdjust: 'spacingAndGlyphs',
      'xml:space': 'preserve',
    });
    element.textContent = shape.text.replace(NOT_XML, '');
    return element;
  }
  const { d, matrix, fill, stroke, nonScaling } = shape;
  const moved = matrix.some((value, i) => value !== [1, 0, 0, 1, 0, 0][i]);
  return node('path', {
    d,
    transform: moved
      ? `matrix(${matrix.map((value) => String(+value.toFixed(5))).join(' ')})`
      : undefined,
    fill: fill?.color ?? 'none',
    'fill-opacity': fill && faint(fill),
    stroke: stroke?.color,
    'stroke-opacity': stroke && faint(stroke),
    'stroke-width': stroke && n(stroke.width),
    'stroke-dasharray': stroke && stroke.dash.length > 0 ? stroke.dash.map(n).join(' ') : undefined,
    'stroke-linecap': stroke?.round ? 'round' : undefined,
    'stroke-linejoin': stroke?.round ? 'round' : undefined,
    'vector-effect': stroke && nonScaling ? 'non-scaling-stroke' : undefined,
  });
}

/** The picture as a document of its own: no style sheet, no script, nothing to be fetched. */
export function toSvg({ title, width, height, background, shapes }: Picture): string {
  const [w, h] = [n(width), n(height)];
  const root = node('svg', { width: w, height: h, viewBox: `0 0 ${w} ${h}`, role: 'img' });
  const name = node('title', {});
  name.textContent = title.replace(NOT_XML, '');
  root.append(
    name,
    node('rect', { width: w, height: h, fill: background.color }),
    ...shapes.map(shapeNode),
  );
  return `${new XMLSerializer().serializeToString(root)}\n`;
}
