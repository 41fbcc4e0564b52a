import type { BarsReport } from '../../../sandbox/lab/report.ts';
import { actorLabel } from './actors.ts';
import { h } from './dom.ts';
import { behind, dataTable, figure, legend } from './figure.ts';
import { number } from './format.ts';
import { stack } from './stack.ts';

/** Stacked bars: who spent what. */
export function barsView(report: BarsReport): HTMLElement {
  const totals = report.bars.map((bar) =>
    bar.segments.reduce((sum, segment) => sum + segment.value, 0),
  );
  const max = Math.max(0, ...totals);
  const items = report.bars.map((bar, index) =>
    h(
      'li',
      {},
      h('span', { class: 'bar-name' }, bar.name),
      stack(bar.segments, max, report.unit),
      h('span', { class: 'bar-total' }, number(totals[index] ?? 0)),
    ),
  );
  const table = () =>
    dataTable(
      report.title,
      [{ name: 'Bar' }, { name: 'Who' }, { name: 'What' }, { name: report.unit, numeric: true }],
      report.bars.flatMap((bar) =>
        bar.segments.map((s) => [bar.name, actorLabel(s.who), s.what, number(s.value)]),
      ),
    );
  return figure(
    'bars',
    report.title,
    h('p', { class: 'report-config' }, report.unit),
    h(
      'div',
      { class: 'bars' },
      h('ul', { class: 'bar-list' }, ...items),
      legend(report.bars.flatMap((bar) => bar.segments.map((s) => s.who))),
    ),
    behind('As a table', table),
  );
}
