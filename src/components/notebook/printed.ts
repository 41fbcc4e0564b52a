/**
 * The code of lessons as print has it: keywords, comments, strings and marks stand out, all else is text. A
 * highlighter's own markup, with a style on every token, is a tenth of a page.
 */

interface Piece {
  type: string;
  value?: string;
  tagName?: string;
  properties?: Record<string, unknown>;
  children?: Piece[];
}

const CLASSES: [RegExp, string][] = [
  [/token-keyword/, 'code-keyword'],
  [/token-comment/, 'code-comment'],
  [/token-(string|punctuation)/, 'code-string'],
];

function classOf(token: Piece): string | undefined {
  const style = String(token.properties?.style ?? '');
  return CLASSES.find(([pattern]) => pattern.test(style))?.[1];
}

const textOf = (piece: Piece): string => piece.value ?? (piece.children ?? []).map(textOf).join('');

/** For the highlighter: gives a line few elements, neighbours of one kind in one. */
export const printed = {
  name: 'printed',
  pre(pre: Piece): void {
    delete pre.properties?.style;
  },
  line(line: Piece): void {
    const runs: { kind: string | undefined; text: string }[] = [];
    for (const token of line.children ?? []) {
      const text = textOf(token);
      const before = runs.at(-1);
      const kind = text.trim() === '' ? before?.kind : classOf(token);
      if (before && before.kind === kind) before.text += text;
      else runs.push({ kind, text });
    }
    line.children = runs.map(({ kind, text }) => {
      const value: Piece = { type: 'text', value: text };
      if (kind === undefined) return value;
      const properties = { class: kind };
      return { type: 'element', tagName: 'span', properties, children: [value] };
    });
  },
};
