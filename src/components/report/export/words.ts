import type { Colors } from './colors.ts';
import { IDENTITY, type PathShape, type Rect, type TextShape } from './shapes.ts';

/** Lines of text as the page has set them. */

interface Line {
  text: string;
  rect: Rect;
}

/** Text of a node, split where the page has split it. */
function linesOf(node: Text): Line[] {
  const range = document.createRange();
  range.selectNodeContents(node);
  const text = node.data;
  const all = [...range.getClientRects()].filter(({ width }) => width > 0);
  const [only] = all;
  if (!only) return [];
  const same = all.every(({ top }) => Math.abs(top - only.top) < 2);
  if (same && !text.includes('\n')) {
    const right = Math.max(...all.map((rect) => rect.right));
    return [{ text, rect: new DOMRect(only.left, only.top, right - only.left, only.height) }];
  }
  const lines: Line[] = [];
  let at = 0;
  for (const character of text) {
    range.setStart(node, at);
    at += character.length;
    range.setEnd(node, at);
    const [rect] = [...range.getClientRects()].filter(({ width }) => width > 0);
    if (!rect || character === '\n') continue;
    const last = lines.at(-1);
    if (last && Math.abs(last.rect.y - rect.y) < 2 && rect.x >= last.rect.x) {
      last.text += character;
      last.rect.width = rect.right - last.rect.x;
    } else
      lines.push({
        text: character,
        rect: { x: rect.x, y: rect.y, width: rect.width, height: rect.height },
      });
  }
  return lines;
}

/** Sets lines of text, with the measure that tells where in its line a font has its baseline. */
export class Words {
  #context = document.createElement('canvas').getContext('2d');
  #ascents = new Map<string, number>();

  /** The lines of a text node, moved by `dx` and `dy`; those that their box cuts off are left out. */
  shapes(
    node: Text,
    style: CSSStyleDeclaration,
    colors: Colors,
    { alpha, origin, clip }: { alpha: number; origin: Rect; clip: Rect | undefined },
  ): (TextShape | PathShape)[] {
    const fill = colors.paint(style.color, alpha);
    if (!fill || node.data.trim() === '') return [];
    const size = Number.parseFloat(style.fontSize);
    const share = this.#ascent(style);
    return linesOf(node).flatMap(({ text, rect }) => {
      const shown = text.replaceAll(/[\t\n]/g, ' ');
      if (shown.trim() === '') return [];
      if (clip && (rect.x < clip.x - 1 || rect.x + rect.width > clip.x + clip.width + 1)) return [];
      const [x, y] = [rect.x - origin.x, rect.y - origin.y];
      const line: TextShape = {
        kind: 'text',
        text: style.textTransform === 'uppercase' ? shown.toUpperCase() : shown,
        x,
        y: y + rect.height * share,
        width: rect.width,
        fill,
        size,
        family: style.fontFamily,
        weight: style.fontWeight,
        italic: style.fontStyle === 'italic',
      };
      if (!style.textDecorationLine.includes('underline')) return [line];
      const below = line.y + size * 0.22;
      const under: PathShape = {
        kind: 'path',
        d: `M${x.toFixed(2)} ${below.toFixed(2)}h${rect.width.toFixed(2)}`,
        matrix: IDENTITY,
        stroke: {
          ...fill,
          width: 1,
          dash: style.textDecorationStyle === 'dotted' ? [2, 2] : [],
          round: false,
        },
      };
      return [under, line];
    });
  }

  /** Which share of a line's height is above its baseline. */
  #ascent({ fontStyle, fontWeight, fontSize, fontFamily }: CSSStyleDeclaration): number {
    const font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
    let share = this.#ascents.get(font);
    if (share === undefined) {
      const context = this.#context;
      if (context) context.font = font;
      const measured = context?.measureText('x');
      const [up = 0.8, down = 0.2] = [
        measured?.fontBoundingBoxAscent,
        measured?.fontBoundingBoxDescent,
      ];
      share = up / (up + down);
      this.#ascents.set(font, share);
    }
    return share;
  }
}
