import type { Colors } from './colors.ts';
import {
  type Paint,
  type PathShape,
  type Rect,
  rectPath,
  type Shape,
  type Stroke,
  type TextShape,
} from './shapes.ts';

/** The shapes of a drawing in SVG on the page, with the styles that the page's sheets gave them. */

const num = (element: Element, name: string) => Number(element.getAttribute(name) ?? 0) || 0;

function pathOf(element: SVGGraphicsElement): string {
  switch (element.localName) {
    case 'path':
      return element.getAttribute('d') ?? '';
    case 'line': {
      const [x1, y1] = [num(element, 'x1'), num(element, 'y1')];
      return `M${x1} ${y1}L${num(element, 'x2')} ${num(element, 'y2')}`;
    }
    case 'circle': {
      const [x, y, r] = [num(element, 'cx'), num(element, 'cy'), num(element, 'r')];
      return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
    }
    case 'rect':
      return rectPath(
        {
          x: num(element, 'x'),
          y: num(element, 'y'),
          width: num(element, 'width'),
          height: num(element, 'height'),
        },
        num(element, 'rx'),
      );
    default:
      return '';
  }
}

function strokeOf(style: CSSStyleDeclaration, colors: Colors, alpha: number): Stroke | undefined {
  const paint: Paint | undefined = colors.paint(style.stroke, alpha * Number(style.strokeOpacity));
  const width = Number.parseFloat(style.strokeWidth);
  if (!paint || !(width > 0)) return undefined;
  const dash = style.strokeDasharray.match(/[\d.]+/g)?.map(Number) ?? [];
  return { ...paint, width, dash, round: style.strokeLinecap === 'round' };
}

/** The words of a text element, each of its parts where it begins. */
function textShapes(
  element: SVGTextElement,
  matrix: PathShape['matrix'],
  style: CSSStyleDeclaration,
  fill: Paint | undefined,
): TextShape[] {
  if (!fill) return [];
  const [a, b, c, d, e, f] = matrix;
  let at = 0;
  return [...element.childNodes].flatMap((child) => {
    const text = child.textContent ?? '';
    if (text === '') return [];
    const start = element.getStartPositionOfChar(at);
    const length = element.getSubStringLength(at, text.length);
    at += text.length;
    return {
      kind: 'text',
      text,
      x: a * start.x + c * start.y + e,
      y: b * start.x + d * start.y + f,
      width: length * a,
      fill,
      size: Number.parseFloat(style.fontSize) * a,
      family: style.fontFamily,
      weight: style.fontWeight,
      italic: style.fontStyle === 'italic',
    } satisfies TextShape;
  });
}

/** The shapes of `element` itself, not of what is in it. */
export function drawingShapes(
  element: SVGGraphicsElement,
  style: CSSStyleDeclaration,
  colors: Colors,
  { alpha, origin }: { alpha: number; origin: Rect },
): Shape[] {
  const placed = element.getScreenCTM?.();
  if (!placed || style.visibility === 'hidden') return [];
  const matrix: PathShape['matrix'] = [
    placed.a,
    placed.b,
    placed.c,
    placed.d,
    placed.e - origin.x,
    placed.f - origin.y,
  ];
  const fill = colors.paint(style.fill, alpha * Number(style.fillOpacity));
  if (element instanceof SVGTextElement) return textShapes(element, matrix, style, fill);
  const d = pathOf(element);
  if (d === '') return [];
  const nonScaling = style.getPropertyValue('vector-effect') === 'non-scaling-stroke';
  return [{ kind: 'path', d, matrix, fill, stroke: strokeOf(style, colors, alpha), nonScaling }];
}
