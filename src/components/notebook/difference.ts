import { structuredPatch } from 'diff';
import { h } from './dom.ts';

const CONTEXT = 3;

/** What differs between two texts, as lines that were taken away (−) and added (+) with a few around them. */
export function differenceList(original: string, text: string, file: string): HTMLElement {
  const { hunks } = structuredPatch(file, file, original, text, '', '', { context: CONTEXT });
  const parts = hunks.map(({ newStart, newLines, lines }) =>
    h(
      'section',
      { class: 'difference-part' },
      h('p', { class: 'difference-where' }, where(newStart, newLines)),
      h('pre', {}, ...lines.map(lineOf)),
    ),
  );
  return h(
    'div',
    { class: 'difference', role: 'region', tabindex: 0, 'aria-label': `Changes in ${file}` },
    ...(parts.length > 0 ? parts : [h('p', {}, `${file} is as the course has it.`)]),
  );
}

const where = (start: number, count: number): string =>
  count > 1 ? `lines ${start} to ${start + count - 1}` : `line ${start}`;

function lineOf(line: string): HTMLElement {
  const sign = line[0];
  const words = line.slice(1);
  if (sign === '+') return h('ins', { class: 'difference-line' }, `+ ${words}\n`);
  if (sign === '-') return h('del', { class: 'difference-line' }, `− ${words}\n`);
  return h('span', { class: 'difference-line' }, `  ${words}\n`);
}
