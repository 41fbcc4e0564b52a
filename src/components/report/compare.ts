import type {
  Actor,
  CompareConfig,
  CompareReport,
  PathName,
  PathReport,
} from '../../../sandbox/lab/report.ts';
import { ACTORS, actorLabel, HOST, PATH_NAME, PATHS } from './actors.ts';
import { h } from './dom.ts';
import { behind, dataTable, figure, legend, subtitle } from './figure.ts';
import { bytes, gigabits, microseconds, number, percent } from './format.ts';
import { byActor, type Segment, stack } from './stack.ts';
import { configLine, workloadRows } from './workload.ts';

type Row = [PathName, PathReport];

/** Cycles per delivered frame that these actors spent. */
export function cyclesOf(path: PathReport, actors: readonly Actor[]): number {
  const sum = path.ledger
    .filter((row) => actors.includes(row.who))
    .reduce((total, row) => total + row.cycles, 0);
  return path.deliveredFrames > 0 ? sum / path.deliveredFrames : Number.NaN;
}

function segmentsOf(path: PathReport): Segment[] {
  return path.ledger.map((row) => ({
    who: row.who,
    what: row.what,
    value: path.deliveredFrames > 0 ? row.cycles / path.deliveredFrames : 0,
  }));
}

interface Meter {
  name: string;
  value(path: PathReport): number;
  /** The part of the value that deserves the darker half of the bar, and what it is. */
  part?: { name: string; value(path: PathReport): number };
  actors?: readonly Actor[];
}

const METERS: readonly Meter[] = [
  {
    name: 'Exits',
    value: (path) => path.perFrame.exits,
    part: { name: 'for I/O', value: (path) => path.perFrame.ioExits },
  },
  { name: 'Copies', value: (path) => path.perFrame.copies },
  { name: 'Interrupts', value: (path) => path.perFrame.interrupts },
  { name: 'Host cycles', value: (path) => cyclesOf(path, HOST), actors: HOST },
];

/** A figure of a path that delivered nothing is no figure: a refused frame did not cost zero exits. */
const known = (path: PathReport, value: number): number =>
  path.deliveredFrames > 0 ? value : Number.NaN;

function meterBar(meter: Meter, path: PathReport, max: number): HTMLElement {
  if (meter.actors) return stack(byActor(segmentsOf(path), meter.actors), max, 'cycles');
  const width = (value: number) => `width:${max > 0 ? ((100 * value) / max).toFixed(2) : 0}%`;
  const part = meter.part?.value(path);
  return h(
    'div',
    { class: 'meter-bar', 'aria-hidden': 'true' },
    h('span', { class: 'meter-all', style: width(meter.value(path) || 0) }),
    part === undefined ? undefined : h('span', { class: 'meter-part', style: width(part || 0) }),
  );
}

function meterBlock(meter: Meter, rows: Row[]): HTMLElement {
  const max = Math.max(0, ...rows.map(([, path]) => meter.value(path)).filter(Number.isFinite));
  const items = rows.map(([name, path]) =>
    h(
      'li',
      {},
      h('span', { class: 'meter-path' }, PATH_NAME[name]),
      meterBar(meter, path, max),
      h('span', { class: 'meter-value' }, number(known(path, meter.value(path)))),
    ),
  );
  const heading = h('p', { class: 'report-subtitle' }, meter.name);
  if (meter.part)
    heading.append(h('span', { class: 'unit' }, h('i', { class: 'key' }), meter.part.name));
  return h(
    'div',
    { class: 'meter' },
    heading,
    h('ul', { class: 'bar-list', 'aria-label': `${meter.name} per frame` }, ...items),
  );
}

function resultTable(rows: Row[], direction: CompareConfig['direction']): HTMLElement {
  const latency = direction === 'rr' ? 'Round trip' : 'Latency';
  const line = (name: string, value: (path: PathReport) => string) => [
    name,
    ...rows.map(([, path]) => value(path)),
  ];
  const cores = ({ cores: c }: PathReport) =>
    number(c.guest + c.hypervisor + c.rootKernel + c.rootUser);
  return dataTable(
    'Throughput, latency and cores',
    [{ name: 'Result' }, ...rows.map(([name]) => ({ name: PATH_NAME[name], numeric: true }))],
    [
      line('Throughput', (path) => gigabits(known(path, path.throughputGbps))),
      line('Frames a second', (path) => number(known(path, path.framesPerSecond))),
      line(`${latency}, p50`, (path) => microseconds(known(path, path.latencyUs.p50))),
      line(`${latency}, p99`, (path) => microseconds(known(path, path.latencyUs.p99))),
      line(`${latency}, p99.9`, (path) => microseconds(known(path, path.latencyUs.p999))),
      line('Lost', (path) => percent(known(path, path.lossRate))),
      ...workloadRows(rows.map(([, path]) => path)),
      line('Busy cores', cores),
      line('Limited by', (path) => path.limitedBy),
    ],
  );
}

/** How busy each part of the machine was: what could have been the limit. */
function busyTable(rows: Row[]): HTMLElement {
  const names = new Set(rows.flatMap(([, path]) => path.resources.map(({ name }) => name)));
  const busy = (path: PathReport, name: string) => {
    const found = path.resources.find((resource) => resource.name === name);
    return found ? percent(found.busy) : '';
  };
  return dataTable(
    'How busy each resource was',
    [{ name: 'Resource' }, ...rows.map(([name]) => ({ name: PATH_NAME[name], numeric: true }))],
    [...names].map((name) => [name, ...rows.map(([, path]) => busy(path, name))]),
  );
}

function cycleBars(rows: Row[]): HTMLElement {
  const stacks = rows.map(([, path]) => byActor(segmentsOf(path), ACTORS));
  const totals = stacks.map((segments) =>
    segments.reduce((sum, segment) => sum + segment.value, 0),
  );
  const max = Math.max(0, ...totals);
  const bars = rows.map(([name, path], index) =>
    h(
      'li',
      {},
      h('span', { class: 'bar-name' }, PATH_NAME[name]),
      stack(stacks[index] ?? [], max, 'cycles'),
      h('span', { class: 'bar-total' }, number(known(path, totals[index] ?? Number.NaN))),
    ),
  );
  return h(
    'div',
    { class: 'bars' },
    subtitle('Who spent the cycles', 'per frame'),
    h('ul', { class: 'bar-list' }, ...bars),
    legend(stacks.flat().map((segment) => segment.who)),
  );
}

/** One row per actor and activity, one pair of columns per path. */
function ledgerTable(rows: Row[]): HTMLElement {
  const keys = new Map<string, { who: Actor; what: string; cycles: number }>();
  for (const [, path] of rows)
    for (const { who, what, cycles } of path.ledger) {
      const key = `${who}\n${what}`;
      const known = keys.get(key);
      if (known) known.cycles = Math.max(known.cycles, cycles);
      else keys.set(key, { who, what, cycles });
    }
  const order = [...keys.values()].sort(
    (a, b) => ACTORS.indexOf(a.who) - ACTORS.indexOf(b.who) || b.cycles - a.cycles,
  );
  const cell = (path: PathReport, who: Actor, what: string, field: 'cycles' | 'count') => {
    const found = path.ledger.filter((row) => row.who === who && row.what === what);
    if (found.length === 0 || path.deliveredFrames === 0) return '';
    return number(found.reduce((sum, row) => sum + row[field], 0) / path.deliveredFrames);
  };
  const columns = [
    { name: 'Who' },
    { name: 'What' },
    ...rows.flatMap(([name]) => [
      { name: `${PATH_NAME[name]}, cycles`, numeric: true },
      { name: 'times', numeric: true },
    ]),
  ];
  const body = order.map(({ who, what }) => [
    actorLabel(who),
    what,
    ...rows.flatMap(([, path]) => [
      cell(path, who, what, 'cycles'),
      cell(path, who, what, 'count'),
    ]),
  ]);
  return dataTable('The ledger per frame', columns, body);
}

function countsTable(rows: Row[]): HTMLElement {
  const line = (name: string, value: (path: PathReport) => string) => [
    name,
    ...rows.map(([, path]) => value(path)),
  ];
  const each = (name: string, key: keyof PathReport['perFrame']) =>
    line(name, (path) => number(known(path, path.perFrame[key])));
  const causes = new Set(rows.flatMap(([, path]) => Object.keys(path.exitsBy)));
  return dataTable(
    'Counts per frame',
    [{ name: 'Per frame' }, ...rows.map(([name]) => ({ name: PATH_NAME[name], numeric: true }))],
    [
      each('exits', 'exits'),
      ...[...causes].map((cause) =>
        line(`  by ${cause}`, (path) => number(known(path, path.exitsBy[cause] ?? 0))),
      ),
      each('exits for I/O', 'ioExits'),
      each('device accesses', 'deviceAccesses'),
      each('hypercalls', 'hypercalls'),
      each('copies', 'copies'),
      line('copied', (path) => bytes(known(path, path.perFrame.copiedBytes))),
      each('interrupts', 'interrupts'),
      each('context switches', 'contextSwitches'),
      line('host cycles', (path) => number(cyclesOf(path, HOST))),
      line('all cycles', (path) => number(path.cyclesPerFrame)),
      line('frames delivered', (path) => number(path.deliveredFrames)),
    ],
  );
}

function notes(rows: Row[]): HTMLElement | undefined {
  const said = rows.flatMap(([name, path]) => {
    const lines: HTMLElement[] = [];
    if (path.faults > 0) {
      const text = `${PATH_NAME[name]}: ${number(path.faults)} frames arrived damaged, twice or out of order.`;
      lines.push(h('li', { class: 'is-bad' }, text));
    }
    if (path.note) lines.push(h('li', {}, `${PATH_NAME[name]}: ${path.note}`));
    return lines;
  });
  return said.length > 0 ? h('ul', { class: 'report-notes' }, ...said) : undefined;
}

/** The paths side by side: four meters per frame, what came of it, and who spent the cycles. */
export function compareView(report: CompareReport): HTMLElement {
  const rows = PATHS.flatMap((name): Row[] => {
    const path = report.paths[name];
    return path ? [[name, path]] : [];
  });
  if (rows.length === 0) return figure('compare', report.title, h('p', {}, 'No path was run.'));
  return figure(
    'compare',
    report.title,
    h('p', { class: 'report-config' }, configLine(report.config)),
    h('div', { class: 'meters' }, ...METERS.map((meter) => meterBlock(meter, rows))),
    cycleBars(rows),
    resultTable(rows, report.config.direction),
    notes(rows),
    behind('How busy everything was', () => busyTable(rows)),
    behind('The full ledger', () => ledgerTable(rows)),
    behind('Every count', () => countsTable(rows)),
  );
}
