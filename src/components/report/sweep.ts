import type {
  ChartReport,
  PathName,
  SweepFigure,
  SweepPoint,
  SweepReport,
} from '../../../sandbox/lab/report.ts';
import { addStyle } from '../../lib/style.ts';
import { PATH_NAME, PATHS } from './actors.ts';
import { chartView } from './chart.ts';
import { h, uid } from './dom.ts';
import { dataTable, figure } from './figure.ts';
import { gigabits, microseconds, number, percent, quantity } from './format.ts';
import css from './sweep.css?inline';
import { AXES, cores, FIGURES } from './sweep-figures.ts';
import { configLine } from './workload.ts';

addStyle(css);

/** A sweep: what a chosen figure does over the option, what limits each path where, and every point. */

/** Options in a reader's words, with their units. */
const OPTIONS: Record<string, { label: string; unit?: string }> = {
  frame: { label: 'Frame size', unit: 'B' },
  line: { label: 'Line', unit: 'Gb/s' },
  load: { label: 'Offered load of a VM', unit: 'frames/s' },
  vms: { label: 'VMs' },
  queues: { label: 'Queues of a VM' },
  rootCores: { label: 'Cores of the root' },
  guestCores: { label: 'Cores of a VM' },
};
const optionOf = (report: SweepReport) =>
  OPTIONS[report.over.option] ?? { label: report.over.option };

/** A point of a path that delivered nothing has no figures. */
const known = (point: SweepPoint, value: number): number =>
  point.run.deliveredFrames > 0 ? value : Number.NaN;

const pathsOf = (report: SweepReport): PathName[] =>
  PATHS.filter((path) => report.config.paths.includes(path));

/** The points of a path, in the order of the option's values. */
function pointsOf(report: SweepReport, path: PathName): SweepPoint[] {
  return report.over.values.flatMap(
    (value) => report.points.find((point) => point.path === path && point.value === value) ?? [],
  );
}

function sweepChart(report: SweepReport, chosen: SweepFigure): ChartReport {
  const axis = AXES[chosen];
  const values = report.over.values.filter((value) => typeof value === 'number');
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const series = pathsOf(report).map((path) => ({
    name: PATH_NAME[path],
    path,
    points: pointsOf(report, path)
      .map((point) => ({ x: Number(point.value), y: known(point, axis.of(point)) }))
      .filter(({ y }) => Number.isFinite(y)),
  }));
  return {
    kind: 'chart',
    title: '',
    x: { ...optionOf(report), log: low > 0 && high >= 8 * low },
    y: { label: axis.label, unit: axis.unit },
    series,
  };
}

/** Where a path has the same limit from one value to another. */
function limitsOf(report: SweepReport, path: PathName): string[] {
  const { unit } = optionOf(report);
  const words = (value: number | string) =>
    typeof value === 'number' ? quantity(value, unit) : value;
  const runs: { limit: string; from: number | string; to: number | string }[] = [];
  for (const { value, run } of pointsOf(report, path)) {
    const last = runs.at(-1);
    if (last?.limit === run.limitedBy) last.to = value;
    else runs.push({ limit: run.limitedBy, from: value, to: value });
  }
  return runs.map(({ limit, from, to }) =>
    from === to
      ? `${limit} at ${words(from)}`
      : `${limit} from ${typeof from === 'number' ? number(from) : from} to ${words(to)}`,
  );
}

function limitList(report: SweepReport): HTMLElement {
  const items = pathsOf(report)
    .map((path) => ({ path, limits: limitsOf(report, path) }))
    .filter(({ limits }) => limits.length > 0)
    .map(({ path, limits }) => h('li', {}, `${PATH_NAME[path]}: ${limits.join(', then ')}`));
  return h(
    'div',
    { class: 'sweep-limits' },
    h('p', { class: 'report-subtitle' }, 'What limits it'),
    h('ul', {}, ...items),
  );
}

function pointTable(report: SweepReport): HTMLElement {
  const { label, unit } = optionOf(report);
  const rows = report.over.values.flatMap((value) =>
    pathsOf(report).flatMap((path) => {
      const point = report.points.find((each) => each.path === path && each.value === value);
      return point ? [pointRow(point)] : [];
    }),
  );
  const numeric = true;
  const columns = [
    {
      name: unit ? `${label}, ${unit}` : label,
      numeric: typeof report.over.values[0] === 'number',
    },
    { name: 'Path' },
    { name: 'Throughput', numeric },
    { name: 'Frames a second', numeric },
    { name: 'Busy cores', numeric },
    { name: 'Cycles per frame', numeric },
    { name: 'Latency, p50', numeric },
    { name: 'p99', numeric },
    { name: 'Lost', numeric },
    { name: 'Limited by' },
  ];
  return dataTable(report.title ?? 'Every point', columns, rows);
}

function pointRow(point: SweepPoint): string[] {
  const { value, path, run } = point;
  return [
    typeof value === 'number' ? number(value) : value,
    PATH_NAME[path],
    gigabits(known(point, run.throughputGbps)),
    number(known(point, run.framesPerSecond)),
    number(known(point, cores(point))),
    number(known(point, run.cyclesPerFrame)),
    microseconds(known(point, run.latencyUs.p50)),
    microseconds(known(point, run.latencyUs.p99)),
    percent(known(point, run.lossRate)),
    run.note ?? run.limitedBy,
  ];
}

/** What was run, in words, but for the option that changes, and for the load where that is searched. */
function workloadLine({ config, find, over }: SweepReport): string {
  if (find === 'run') return configLine(config, [over.option]);
  const searched = configLine(config, [over.option, 'load']);
  return `Highest load at which nothing is lost. ${searched}`;
}

/**
 * Draws a sweep and can draw it again with more points in the same place: what a reader has chosen, and where
 * the keyboard is, stays.
 */
export class SweepPicture {
  readonly element: HTMLElement;
  #report: SweepReport;
  #chosen: SweepFigure;
  #progress = h('progress', { class: 'sweep-progress' });
  #count = h('span', { class: 'sweep-count' });
  #plot = h('div', { class: 'sweep-plot' });
  #limits = h('div', {});
  #table = h('details', { class: 'behind' }, h('summary', {}, 'Every point as a table'));

  constructor(report: SweepReport) {
    this.#report = report;
    this.#chosen = report.figure;
    const label = uid('sweep');
    const select = h('select', { id: label, class: 'knob-select' });
    for (const name of FIGURES)
      select.append(
        h('option', { value: name, selected: name === this.#chosen }, AXES[name].label),
      );
    select.addEventListener('change', () => {
      this.#chosen = FIGURES.find((name) => name === select.value) ?? this.#chosen;
      this.#draw();
    });
    this.element = figure(
      'sweep',
      report.title,
      h('p', { class: 'report-config' }, workloadLine(report)),
      h('p', { class: 'sweep-going' }, this.#progress, this.#count),
      h('p', { class: 'sweep-choice' }, h('label', { for: label }, 'Show '), select),
      this.#plot,
      this.#limits,
      this.#table,
    );
    this.#table.addEventListener('toggle', () => this.#drawTable());
    this.#draw();
  }

  /** Draws the sweep as it is now. */
  update(report: SweepReport): void {
    this.#report = report;
    this.#draw();
  }

  #draw(): void {
    const report = this.#report;
    const all = report.over.values.length * pathsOf(report).length;
    const got = report.points.length;
    this.#progress.max = Math.max(1, all);
    this.#progress.value = got;
    this.#progress.hidden = got >= all;
    this.#progress.setAttribute('aria-label', 'Points that have come');
    this.#count.textContent = got < all ? ` ${number(got)} of ${number(all)} points` : '';
    const drawn = report.over.values.every((value) => typeof value === 'number');
    this.#plot.replaceChildren(
      ...(drawn && got > 0 ? [chartView(sweepChart(report, this.#chosen), false)] : []),
    );
    this.#limits.replaceChildren(...(got > 0 ? [limitList(report)] : []));
    this.#drawTable();
    this.element.dataset.points = String(got);
  }

  /** The table is long, and drawn only while it is open. */
  #drawTable(): void {
    const [, old] = this.#table.children;
    old?.remove();
    if (this.#table.open) this.#table.append(pointTable(this.#report));
  }
}
