import { addStyle } from '../../lib/style.ts';
import { h } from '../notebook/dom.ts';
import css from './diff.css?inline';
import { type DiffRow, difference } from './rows.ts';

addStyle(css);

const MARKS = { same: ' ', added: '+', removed: '−' };
const WORDS = { same: '', added: 'added: ', removed: 'removed: ' };

/** Characters that show nothing, or turn the order of others round: a text could lie with them. */
const HIDDEN = /(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A unified difference: a list of lines, each marked in a column and, for who listens, in words. */
export function diffView(label: string, before: string, after: string): HTMLElement {
  const { rows, added, removed } = difference(before, after);
  const sum =
    added + removed === 0 ? 'No difference.' : `${lines(added)} added, ${removed} removed.`;
  return h(
    'div',
    { class: 'diff' },
    h('p', { class: 'diff-sum' }, `${label}: ${sum}`),
    h(
      'div',
      { class: 'diff-scroll', role: 'region', tabindex: 0, 'aria-label': label },
      h('ol', { class: 'diff-lines' }, ...(added + removed === 0 ? [] : rows.map(row))),
    ),
  );
}

function row(line: DiffRow): HTMLElement {
  if (line.kind === 'gap') return h('li', { class: 'diff-gap' }, `${lines(line.lines)} the same`);
  const { kind } = line;
  return h(
    'li',
    { class: 'diff-line', 'data-kind': kind },
    h('span', { class: 'diff-mark', 'aria-hidden': 'true' }, MARKS[kind]),
    ...(kind === 'same' ? [] : [h('span', { class: 'visually-hidden' }, WORDS[kind])]),
    h('code', {}, visible(line.text)),
  );
}

/** The text with every hidden character by its number. */
export function visible(text: string): string {
  return text.replace(
    HIDDEN,
    (char) => `⟨U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
}

function lines(count: number): string {
  return `${count} ${count === 1 ? 'line' : 'lines'}`;
}
