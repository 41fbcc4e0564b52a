import type { ChartReport } from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import css from './chart.css?inline';
import { h, svg } from './dom.ts';
import { behind, dataTable, figure } from './figure.ts';
import { number, quantity } from './format.ts';
import { linear, logarithmic, type Scale } from './scale.ts';

addStyle(css);

const HEIGHT = 260;
/** A path or an unnamed series is told by its dashes, never by an actor's colour. */
const DASHES = ['', '9 5', '2 4', '12 4 2 4', '5 3', '1 3', '14 6', '7 3 2 3'];
const PATH_DASH = { sriov: '', vmbus: '9 5', emulated: '2 4', native: '12 4 2 4' } as const;

type Series = ChartReport['series'][number];

const dashOf = (series: Series, index: number) =>
  series.path ? PATH_DASH[series.path] : (DASHES[index % DASHES.length] ?? '');
const axisTitle = (axis: ChartReport['x']) =>
  axis.unit ? `${axis.label}, ${axis.unit}` : axis.label;

function plotLine(series: Series, index: number, x: Scale, y: Scale): SVGGElement {
  const places = series.points.map(
    (point) => `${(x.at(point.x) * 1000).toFixed(1)} ${((1 - y.at(point.y)) * HEIGHT).toFixed(1)}`,
  );
  const dots = places.length <= 40 ? places.map((place) => `M${place}h0.01`).join('') : '';
  return svg(
    'g',
    { class: 'series', 'data-actor': series.actor },
    svg('path', {
      d: places.length > 0 ? `M${places.join('L')}` : '',
      'stroke-dasharray': dashOf(series, index) || undefined,
      'vector-effect': 'non-scaling-stroke',
    }),
    svg('path', { d: dots, class: 'dots', 'vector-effect': 'non-scaling-stroke' }),
  );
}

function gridLines(x: Scale, y: Scale): SVGGElement {
  const lines = [
    ...x.ticks.map((tick) => `M${(x.at(tick) * 1000).toFixed(1)} 0V${HEIGHT}`),
    ...y.ticks.map((tick) => `M0 ${((1 - y.at(tick)) * HEIGHT).toFixed(1)}H1000`),
  ];
  return svg(
    'g',
    { class: 'grid' },
    svg('path', { d: lines.join(''), 'vector-effect': 'non-scaling-stroke' }),
  );
}

function chartTable(report: ChartReport): HTMLElement {
  const xs = [
    ...new Set(report.series.flatMap((series) => series.points.map((point) => point.x))),
  ].sort((a, b) => a - b);
  const value = (series: Series, x: number) => {
    const found = series.points.find((point) => point.x === x);
    return found ? number(found.y) : '';
  };
  return dataTable(
    report.title,
    [
      { name: axisTitle(report.x), numeric: true },
      ...report.series.map((series) => ({ name: series.name, numeric: true })),
    ],
    xs.map((x) => [number(x), ...report.series.map((series) => value(series, x))]),
  );
}

function key(series: Series, index: number): HTMLElement {
  const line = svg(
    'svg',
    { viewBox: '0 0 36 8', class: 'chart-key', 'aria-hidden': 'true', 'data-actor': series.actor },
    svg('path', { d: 'M0 4h36', 'stroke-dasharray': dashOf(series, index) || undefined }),
  );
  return h('li', {}, line, series.name);
}

/** Lines over a common axis, linear or logarithmic, with a table of the points unless another stands by. */
export function chartView(report: ChartReport, withTable = true): HTMLElement {
  const points = report.series.flatMap((series) => series.points);
  if (points.length === 0)
    return figure('chart', report.title, h('p', {}, 'No point can be drawn.'));
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const x = report.x.log ? logarithmic(xs) : linear(xs, 6);
  const y = report.y.log ? logarithmic(ys) : linear(ys);
  const summary = report.series.map((s) => `${s.name}, ${s.points.length} points`).join('; ');
  const plot = svg(
    'svg',
    {
      class: 'chart-plot',
      viewBox: `0 0 1000 ${HEIGHT}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': `${report.title}: ${axisTitle(report.y)} over ${axisTitle(report.x)}. ${summary}`,
    },
    gridLines(x, y),
    ...report.series.map((series, index) => plotLine(series, index, x, y)),
  );
  const tickY = y.ticks.map((t) =>
    h('span', { style: `top:${((1 - y.at(t)) * 100).toFixed(2)}%` }, number(t)),
  );
  const tickX = x.ticks.map((t) =>
    h('span', { style: `left:${(x.at(t) * 100).toFixed(2)}%` }, quantity(t)),
  );
  return figure(
    'chart',
    report.title,
    h('p', { class: 'chart-y-title' }, axisTitle(report.y), report.y.log ? ' (logarithmic)' : ''),
    h(
      'div',
      { class: 'chart-box' },
      h('div', { class: 'chart-y', 'aria-hidden': 'true' }, ...tickY),
      plot,
      h('div', { class: 'chart-x', 'aria-hidden': 'true' }, ...tickX),
    ),
    h('p', { class: 'chart-x-title' }, axisTitle(report.x), report.x.log ? ' (logarithmic)' : ''),
    h('ul', { class: 'legend' }, ...report.series.map(key)),
    withTable ? behind('The points as a table', () => chartTable(report)) : undefined,
  );
}
