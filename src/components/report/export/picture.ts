import { addStyle } from '../../../lib/style.ts';
import { boxShapes } from './boxes.ts';
import { Colors } from './colors.ts';
import { drawingShapes } from './drawings.ts';
import type { Picture, Rect, Shape, TextShape } from './shapes.ts';
import css from './still.css?inline';
import { Words } from './words.ts';

addStyle(css);

/** What a reader operates, and what stands behind a picture: no part of the picture itself. */
const NOT_PICTURE =
  'button:not(.field, .hex-name, .ring-slots *), input, select, progress, fieldset, label, ' +
  'a.download, .behind, .lanes-zoom, .lanes-keys, .tick.is-fine, .visually-hidden, [hidden], ' +
  '[role="status"]:not(.slot-detail)';
const WIDTH = 840;
const WIDEST = 3200;
const MARGIN = 24;

interface Around {
  alpha: number;
  origin: Rect;
  clip: Rect | undefined;
}

/** Takes the shapes of laid-out elements, in the order of the document. */
class Painter {
  readonly shapes: Shape[] = [];
  #colors = new Colors();
  #words = new Words();
  #origin: Rect;

  constructor(origin: Rect) {
    this.#origin = origin;
  }

  get colors(): Colors {
    return this.#colors;
  }

  element(element: Element, around: Around): void {
    const style = getComputedStyle(element);
    if (style.display === 'none') return;
    const alpha = around.alpha * Number(style.opacity);
    const inside = { ...around, alpha };
    if (element instanceof SVGElement) {
      if (element instanceof SVGGraphicsElement && !(element instanceof SVGSVGElement))
        this.shapes.push(...drawingShapes(element, style, this.#colors, inside));
    } else if (style.visibility !== 'hidden') {
      for (const box of style.display === 'inline'
        ? element.getClientRects()
        : [element.getBoundingClientRect()])
        this.shapes.push(...boxShapes(style, this.#moved(box), this.#colors, alpha));
      this.#before(element, style, alpha);
      if (style.overflowX === 'hidden') inside.clip = element.getBoundingClientRect();
    }
    if (element instanceof SVGTextElement) return;
    for (const child of element.childNodes)
      if (child instanceof Element) this.element(child, inside);
      else if (child instanceof Text && !(element instanceof SVGElement))
        this.shapes.push(...this.#words.shapes(child, style, this.#colors, inside));
  }

  /** Words that the style sheet puts before an element, at a place of their own. */
  #before(element: Element, parent: CSSStyleDeclaration, alpha: number): void {
    const style = getComputedStyle(element, '::before');
    const text = /^"(.+)"$/.exec(style.content)?.[1];
    const fill = text && this.#colors.paint(style.color, alpha);
    if (!fill || style.position !== 'absolute') return;
    const box = this.#moved(element.getBoundingClientRect());
    const size = Number.parseFloat(style.fontSize);
    const shape: TextShape = {
      kind: 'text',
      text,
      x: box.x + Number.parseFloat(parent.borderLeftWidth) + Number.parseFloat(style.left),
      y: box.y + Number.parseFloat(style.top) + size,
      width: Number.parseFloat(style.width),
      fill,
      size,
      family: style.fontFamily,
      weight: style.fontWeight,
      italic: false,
    };
    if (shape.width > 0) this.shapes.push(shape);
  }

  #moved({ x, y, width, height }: Rect): Rect {
    return { x: x - this.#origin.x, y: y - this.#origin.y, width, height };
  }
}

/** A copy of what is shown, without its controls, laid out beyond the page's edge as wide as it needs. */
function layOut(shown: Element): HTMLElement {
  const copy = shown.cloneNode(true) as Element;
  for (const part of copy.querySelectorAll(NOT_PICTURE)) part.remove();
  const sheet = document.createElement('div');
  sheet.className = 'report-still';
  sheet.inert = true;
  sheet.setAttribute('aria-hidden', 'true');
  sheet.append(copy);
  document.body.append(sheet);
  // Whatever part of it the reader is looking at, the file has the whole time.
  for (const lanes of copy.querySelectorAll<HTMLElement>('.lanes-inner'))
    lanes.style.width = '100%';
  let width = WIDTH;
  for (let tries = 0; tries < 3; tries++) {
    sheet.style.width = `${width}px`;
    const right = sheet.getBoundingClientRect().right - MARGIN;
    const most = Math.max(
      0,
      ...[...copy.querySelectorAll('table, .hex-row, .lanes-inner, .walk-steps, .ring-slots')].map(
        (part) => part.getBoundingClientRect().right - right,
      ),
    );
    if (most < 1 || width >= WIDEST) break;
    width = Math.min(WIDEST, Math.ceil(width + most));
  }
  return sheet;
}

/** The picture that `shown` is, in the colours and with the choices that the reader sees. */
export function pictureOf(shown: Element, title: string): Picture {
  const sheet = layOut(shown);
  try {
    const origin = sheet.getBoundingClientRect();
    const painter = new Painter(origin);
    const background = painter.colors.paint(getComputedStyle(sheet).backgroundColor);
    for (const child of sheet.children)
      painter.element(child, { alpha: 1, origin, clip: undefined });
    return {
      title,
      width: origin.width,
      height: origin.height,
      background: background ?? { color: '#ffffff', alpha: 1 },
      shapes: painter.shapes,
    };
  } finally {
    sheet.remove();
  }
}
