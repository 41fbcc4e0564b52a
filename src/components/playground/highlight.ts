import { h } from '../notebook/dom.ts';

/** Comments, strings, numbers and keywords of TypeScript, in the order in which they win. */
const TOKEN =
  /(\/\/.*|\/\*[\s\S]*?\*\/)|('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`)|\b(import|from|export|default|const|let|function|class|return|if|else|for|of|in|while|new|await|async|type|interface|true|false|undefined|null|typeof|throw|try|catch)\b/g;
const KINDS = ['comment', 'string', 'keyword'];

/** The lines of a text, each an element, with what the printed code of lessons tells apart. */
export function highlight(text: string): HTMLElement[] {
  const lines: HTMLElement[] = [h('span', { class: 'line' })];
  const add = (words: string, kind?: string): void => {
    for (const [i, piece] of words.split('\n').entries()) {
      if (i > 0) lines.push(h('span', { class: 'line' }));
      if (piece === '') continue;
      lines.at(-1)?.append(kind ? h('span', { class: `code-${kind}` }, piece) : piece);
    }
  };
  let at = 0;
  for (const found of text.matchAll(TOKEN)) {
    add(text.slice(at, found.index));
    add(found[0], KINDS[found.slice(1).findIndex((token) => token !== undefined)]);
    at = found.index + found[0].length;
  }
  add(text.slice(at));
  return lines;
}
