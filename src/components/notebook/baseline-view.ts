import { addStyle } from '../../lib/style.ts';
import { actorLabel, PATH_NAME } from '../report/actors.ts';
import { h } from '../report/dom.ts';
import { behind, dataTable, subtitle } from '../report/figure.ts';
import { bytes, gigabits, microseconds, NONE, number, percent } from '../report/format.ts';
import css from './baseline.css?inline';
import type { Compared, PinnedRun } from './baseline.ts';
import {
  differences,
  type Figure,
  type Kind,
  moved,
  type PathDifference,
  pathsOfOne,
  type Spent,
  settings,
} from './baseline-difference.ts';

addStyle(css);

const WRITE: Record<Kind, (value: number) => string> = {
  gigabits,
  microseconds,
  share: percent,
  bytes,
  count: number,
};

const MINUS = '−';

/** A change with its sign: `+3`, `−0.5`. */
function signed(by: number, write: (value: number) => string): string {
  if (!Number.isFinite(by)) return NONE;
  return `${by < 0 ? MINUS : '+'}${write(Math.abs(by))}`;
}

/** A change as a share of what was: `+25 %`; `new` and `gone` where there was or is nothing. */
function relative({ before, after }: { before: number; after: number }): string {
  if (Number.isNaN(before) || Number.isNaN(after)) return '';
  if (before === 0) return 'new';
  if (after === 0) return 'gone';
  return signed((after - before) / Math.abs(before), percent);
}

function cell(figure: Figure): HTMLElement {
  const write = WRITE[figure.kind];
  if (!moved(figure)) return h('span', { class: 'diff-same' }, write(figure.after));
  const by = [signed(figure.after - figure.before, write), relative(figure)].filter(Boolean);
  return h(
    'span',
    { class: 'diff-moved' },
    h('span', {}, `${write(figure.before)} → ${write(figure.after)}`),
    h('span', { class: 'diff-by' }, by.join(', ')),
  );
}

function figuresTable(paths: readonly PathDifference[]): HTMLElement {
  const names = paths[0]?.figures.map(({ name }) => name) ?? [];
  const figure = (path: PathDifference, index: number) => path.figures[index];
  const rows = names.flatMap((name, index) => {
    const figures = paths.map((path) => figure(path, index)).filter((f) => f !== undefined);
    return figures.some(moved) ? [[name, ...figures.map(cell)]] : [];
  });
  const limits = paths.map(({ limitedBy: { before, after } }) =>
    before === after ? after : `${before} → ${after}`,
  );
  if (paths.some(({ limitedBy: { before, after } }) => before !== after))
    rows.push(['Limited by', ...limits.map((text) => h('span', {}, text))]);
  if (rows.length === 0) return h('p', {}, 'Every figure is the same.');
  return dataTable(
    'What moved, by path',
    [{ name: 'Figure' }, ...paths.map(({ path }) => ({ name: PATH_NAME[path], numeric: true }))],
    rows,
  );
}

/** One actor's change: to the left when it spends less than before, to the right when more. */
function bar(spent: Spent, most: number): HTMLElement {
  const by = spent.after - spent.before;
  const share = most > 0 ? (50 * Math.abs(by)) / most : 0;
  const from = by < 0 ? 50 - share : 50;
  const words = moved(spent) ? [signed(by, number), relative(spent)].join(', ') : 'the same';
  return h(
    'li',
    {},
    actorLabel(spent.who),
    h(
      'span',
      { class: 'diff-track', 'aria-hidden': 'true' },
      h('span', {
        class: 'diff-bar',
        'data-actor': spent.who,
        style: `left:${from.toFixed(2)}%;width:${share.toFixed(2)}%`,
      }),
    ),
    h('span', { class: 'diff-words' }, words),
  );
}

function bars(paths: readonly PathDifference[]): HTMLElement {
  const all = paths.flatMap(({ actors }) => actors.map(({ before, after }) => after - before));
  const most = Math.max(0, ...all.filter(Number.isFinite).map(Math.abs));
  return h(
    'div',
    { class: 'diff-paths' },
    ...paths.map(({ path, actors }) =>
      h(
        'div',
        {},
        h('p', { class: 'diff-path' }, PATH_NAME[path]),
        h(
          'ul',
          { 'aria-label': `Change in cycles per frame, ${PATH_NAME[path]}` },
          ...actors.map((spent) => bar(spent, most)),
        ),
      ),
    ),
  );
}

function ledgerTable(paths: readonly PathDifference[]): HTMLElement {
  const rows = paths.flatMap(({ path, rows }) =>
    rows.map((row) => [
      PATH_NAME[path],
      actorLabel(row.who),
      row.what,
      number(row.before),
      number(row.after),
      signed(row.after - row.before, number),
      relative(row),
    ]),
  );
  const numeric = ['Before', 'Now', 'Change', 'Relative'].map((name) => ({ name, numeric: true }));
  return dataTable(
    'Rows of the ledger that moved, cycles per frame',
    [{ name: 'Path' }, { name: 'Who' }, { name: 'What' }, ...numeric],
    rows,
  );
}

/** `frame` and `rootCores` are names of options, a knob's label is what its cell calls it: both are shown as they are. */
function changes(before: PinnedRun, after: Compared): HTMLElement {
  const lines = settings(before, after).map(({ name, before: was, after: is }) =>
    h('li', {}, h('b', {}, name), ` ${was ?? 'not set'} → ${is ?? 'not set'}`),
  );
  if ((before.code ?? '') !== (after.code ?? '')) lines.push(h('li', {}, h('b', {}, 'The code')));
  for (const path of pathsOfOne(before.report, after.report)) {
    const when = before.report.paths[path] ? 'in the baseline only' : 'not in the baseline';
    lines.push(h('li', {}, h('b', {}, PATH_NAME[path]), ` ${when}`));
  }
  return lines.length === 0
    ? h('p', { class: 'diff-none' }, 'Nothing was set otherwise: move a knob, or change the code.')
    : h('ul', { class: 'diff-settings', 'aria-label': 'What was set otherwise' }, ...lines);
}

export interface DifferenceActions {
  /** Takes the newest comparison as the baseline. */
  again(): void;
  unpin(): void;
}

function button(name: string, text: string, press: () => void): HTMLElement {
  const made = h('button', { type: 'button', class: name }, text);
  made.addEventListener('click', press);
  return made;
}

/** The newest comparison held against the baseline: what was set otherwise, what moved, and who it was. */
export function drawDifference(
  before: PinnedRun,
  after: Compared,
  { again, unpin }: DifferenceActions,
): HTMLElement {
  const paths = differences(before.report, after.report);
  const when = new Date(before.when).toLocaleString(undefined, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  const rows = paths.reduce((sum, path) => sum + path.rows.length, 0);
  return h(
    'section',
    { class: 'report baseline', 'aria-label': 'Difference from the baseline' },
    h(
      'div',
      { class: 'baseline-head' },
      h('p', { class: 'report-title' }, 'Against the baseline'),
      h('time', { datetime: before.when }, `pinned ${when}`),
      button('baseline-again', 'Pin this one', again),
      button('baseline-unpin', 'Unpin', unpin),
    ),
    changes(before, after),
    figuresTable(paths),
    rows > 0 && subtitle('Who spends more, who less', 'cycles per frame'),
    rows > 0 && bars(paths),
    rows > 0 && behind(`The ${rows} rows of the ledger that moved`, () => ledgerTable(paths)),
  );
}
