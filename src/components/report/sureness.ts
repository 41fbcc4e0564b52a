import type {
  Interval,
  PathName,
  RepeatReport,
  SensitivityReport,
} from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import { PATH_NAME, PATHS } from './actors.ts';
import { h } from './dom.ts';
import { behind, dataTable, figure, subtitle } from './figure.ts';
import { number, quantity } from './format.ts';
import { linear } from './scale.ts';
import css from './sureness.css?inline';
import { configLine } from './workload.ts';

addStyle(css);

/** Costs that a tornado shows; the table behind it has all. */
const SHOWN = 8;
/** Figures that get a picture of their intervals; the table behind it has all. */
const DRAWN = ['throughputGbps', 'latencyUs.p50', 'latencyUs.p99', 'latencyUs.p999', 'busyCores'];

const percentAt = (share: number) => `${(100 * share).toFixed(2)}%`;

/** A bar from `low` to `high` with a mark at `mark`, on a scale that all bars of a picture share. */
function rangeBar(
  at: (value: number) => number,
  { low, high, mark }: { low: number; high: number; mark: number },
): HTMLElement {
  const [left, right] = [at(low), at(high)];
  const place = `left:${percentAt(left)};width:${percentAt(Math.max(0, right - left))}`;
  return h(
    'span',
    { class: 'range-bar', 'aria-hidden': 'true' },
    h('span', { class: 'range-part', style: place }),
    h('span', { class: 'range-mark', style: `left:${percentAt(at(mark))}` }),
  );
}

const present = (paths: Partial<Record<PathName, unknown>>): PathName[] =>
  PATHS.filter((name) => paths[name] !== undefined);

function tornado(report: SensitivityReport, path: PathName): HTMLElement {
  const base = report.base[path] ?? Number.NaN;
  const rows = report.rows.slice(0, SHOWN).map((row) => {
    const values = [base, row.less[path] ?? base, row.more[path] ?? base];
    return { row, low: Math.min(...values), high: Math.max(...values) };
  });
  const scale = linear([0, base, ...rows.flatMap(({ low, high }) => [low, high])]);
  const items = rows.map(({ row, low, high }) =>
    h(
      'li',
      { class: row.turns ? 'turns' : undefined },
      h('span', { class: 'bar-name' }, h('code', {}, row.cost)),
      rangeBar(scale.at, { low, high, mark: base }),
      h('span', { class: 'bar-total' }, `${number(low)} to ${number(high)}`),
    ),
  );
  return h(
    'div',
    { class: 'bars' },
    subtitle(PATH_NAME[path], `${quantity(base, report.unit)} as it is`),
    h('ul', { class: 'bar-list range-list' }, ...items),
  );
}

function sensitivityTable(report: SensitivityReport): HTMLElement {
  const paths = present(report.base);
  const columns = [
    { name: 'Cost' },
    { name: 'Value', numeric: true },
    { name: 'Status' },
    ...paths.flatMap((path) => [
      { name: `${PATH_NAME[path]}, ÷ ${number(report.by)}`, numeric: true },
      { name: `× ${number(report.by)}`, numeric: true },
    ]),
    { name: 'Order' },
  ];
  const body = report.rows.map((row) => [
    h('code', {}, row.cost),
    quantity(row.value, row.unit),
    row.status,
    ...paths.flatMap((path) => [
      number(row.less[path] ?? Number.NaN),
      number(row.more[path] ?? Number.NaN),
    ]),
    row.turns ? 'changes' : 'stays',
  ]);
  return dataTable('Every cost', columns, body);
}

/** What the order of the paths hangs on, in words. */
function verdict({ rows, order, by }: SensitivityReport): string {
  const turning = rows.filter(({ turns }) => turns).map(({ cost }) => cost);
  const moved = `with each of ${rows.length} unpublished costs divided and multiplied by ${number(by)}`;
  if (turning.length === 0) return `${order}: the order stays ${moved}.`;
  return `${order}: the order changes ${moved} for ${turning.join(', ')}.`;
}

/** A tornado for each path: the costs that move a figure most, and what the order of the paths hangs on. */
export function sensitivityView(report: SensitivityReport): HTMLElement {
  const turning = report.rows.some(({ turns }) => turns);
  return figure(
    'sensitivity',
    report.title ?? `What ${report.figure} hangs on`,
    h('p', { class: 'report-config' }, configLine(report.config)),
    ...present(report.base).map((path) => tornado(report, path)),
    h('p', { class: turning ? 'report-notes is-bad' : 'report-notes' }, verdict(report)),
    behind('Every cost', () => sensitivityTable(report)),
  );
}

const half = ({ low, high }: Interval) => (high - low) / 2;

function repeatTable(report: RepeatReport): HTMLElement {
  const paths = present(report.paths);
  const names = Object.keys(report.units);
  const cell = (path: PathName, name: string) => {
    const interval = report.paths[path]?.[name];
    return interval ? `${number(interval.mean)} ± ${number(half(interval))}` : '';
  };
  return dataTable(
    'Every figure',
    [{ name: 'Figure' }, ...paths.map((path) => ({ name: PATH_NAME[path], numeric: true }))],
    names.map((name) => [
      report.units[name] ? `${name}, ${report.units[name]}` : name,
      ...paths.map((path) => cell(path, name)),
    ]),
  );
}

function intervals(report: RepeatReport, name: string): HTMLElement | undefined {
  const rows = present(report.paths).flatMap((path) => {
    const interval = report.paths[path]?.[name];
    return interval ? [{ path, interval }] : [];
  });
  if (rows.length === 0) return undefined;
  const scale = linear([0, ...rows.flatMap(({ interval }) => [interval.low, interval.high])]);
  const items = rows.map(({ path, interval }) =>
    h(
      'li',
      {},
      h('span', { class: 'bar-name' }, PATH_NAME[path]),
      rangeBar(scale.at, { ...interval, mark: interval.mean }),
      h('span', { class: 'bar-total' }, `${number(interval.mean)} ± ${number(half(interval))}`),
    ),
  );
  return h(
    'div',
    { class: 'bars' },
    subtitle(name, report.units[name]),
    h('ul', { class: 'bar-list range-list' }, ...items),
  );
}

/** Means of several seeds with their 95 % intervals. */
export function repeatView(report: RepeatReport): HTMLElement {
  const exact = Object.values(report.paths).every((figures) =>
    Object.values(figures).every((interval) => half(interval) === 0),
  );
  const words = exact
    ? 'Every seed gives the same: nothing that these figures depend on is random.'
    : 'Bars are 95 % intervals of the mean (Student’s t).';
  return figure(
    'repeat',
    report.title ?? `The means of ${report.seeds.length} seeds`,
    h('p', { class: 'report-config' }, configLine(report.config)),
    ...DRAWN.map((name) => intervals(report, name)),
    h('p', { class: 'report-notes' }, words),
    behind('Every figure', () => repeatTable(report)),
  );
}
