import type { WalkEntry, WalkReport } from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import { h, svg } from './dom.ts';
import { behind, dataTable, figure } from './figure.ts';
import css from './walk.css?inline';

addStyle(css);

const WIDTH = 72;
const HEIGHT = 88;
/** Lines that stand for a table's entries; the one that was read is drawn in its place among them. */
const ROWS = 11;

const word = (value: number) => value.toString(16).padStart(8, '0');
const address = (value: number) => `0x${value.toString(16)}`;

/** A table with the entry that was read in it, at its height. */
function drawTable({ index, entries }: WalkEntry): SVGElement {
  const row = HEIGHT / ROWS;
  const last = Math.max(1, entries - 1);
  const at = Math.round((index / last) * (ROWS - 1)) * row;
  const lines = Array.from({ length: ROWS - 1 }, (_, i) =>
    svg('line', { x1: 0, x2: WIDTH, y1: (i + 1) * row, y2: (i + 1) * row }),
  );
  return svg(
    'svg',
    { viewBox: `-1 -1 ${WIDTH + 2} ${HEIGHT + 2}`, class: 'walk-table', 'aria-hidden': 'true' },
    svg('rect', { class: 'walk-frame', x: 0, y: 0, width: WIDTH, height: HEIGHT }),
    ...lines,
    svg('rect', { class: 'walk-entry', x: 0, y: at, width: WIDTH, height: row }),
  );
}

function end(kind: string, [name, value]: [string, string]): HTMLElement {
  return h(
    'li',
    { class: `walk-end walk-${kind}` },
    h('span', { class: 'walk-name' }, name),
    h('span', { class: 'walk-value' }, value),
  );
}

/** Tables from left to right (or from top to bottom), each with the entry that leads on. */
export function walkView(report: WalkReport): HTMLElement {
  const tables = report.entries.map((entry) =>
    h(
      'li',
      {},
      drawTable(entry),
      h(
        'div',
        { class: 'walk-words' },
        h('span', { class: 'walk-name' }, entry.table),
        h('span', { class: 'walk-index' }, `entry ${entry.index} of ${entry.entries}`),
        h('span', { class: 'walk-by' }, `by ${entry.by}`),
      ),
    ),
  );
  const table = () =>
    dataTable(
      report.title || 'Walk',
      [
        { name: 'Table' },
        { name: 'Entry', numeric: true },
        { name: 'Stands at' },
        { name: 'Its words, the lowest first' },
        { name: 'They say' },
      ],
      report.entries.map((entry) => [
        entry.table,
        String(entry.index),
        h('code', {}, address(entry.address)),
        h('code', { class: 'walk-bytes' }, entry.words.map(word).join(' ')),
        entry.fields.map(({ name, value }) => `${name} ${value}`).join(', '),
      ]),
    );
  return figure(
    'walk',
    report.title,
    h(
      'ol',
      { class: 'walk-steps' },
      end('request', report.request),
      ...tables,
      end(report.refused ? 'refused' : 'found', report.result),
    ),
    behind('Every entry with its bytes', table),
  );
}
