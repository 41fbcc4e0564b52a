import type {
  CompareReport,
  PathName,
  PathReport,
  RepeatReport,
  SensitivityReport,
  SweepReport,
} from '../../../../sandbox/lab/report.ts';
import { ACTOR_NAME, ACTORS, HOST, PATH_NAME, PATHS } from '../actors.ts';
import { cyclesOf } from '../compare.ts';
import { AXES, FIGURES } from '../sweep-figures.ts';
import type { Sheet } from './csv.ts';

type Line = [group: string, figure: string, unit: string, of: (path: PathReport) => number];

const allCores = ({ cores: c }: PathReport) => c.guest + c.hypervisor + c.rootKernel + c.rootUser;

const RESULTS: readonly Line[] = [
  ['result', 'throughput', 'Gb/s', (path) => path.throughputGbps],
  ['result', 'frames', '1/s', (path) => path.framesPerSecond],
  ['result', 'latency p50', 'µs', (path) => path.latencyUs.p50],
  ['result', 'latency p99', 'µs', (path) => path.latencyUs.p99],
  ['result', 'latency p99.9', 'µs', (path) => path.latencyUs.p999],
  ['result', 'lost', '', (path) => path.lossRate],
  ['result', 'busy cores', '', allCores],
  ['result', 'frames delivered', '', (path) => path.deliveredFrames],
  ['result', 'cycles per byte', '', (path) => path.cyclesPerByte],
  ['result', 'cycles per frame', '', (path) => path.cyclesPerFrame],
  ['result', 'host cycles per frame', '', (path) => cyclesOf(path, HOST)],
  ['per frame', 'exits', '', (path) => path.perFrame.exits],
  ['per frame', 'exits for I/O', '', (path) => path.perFrame.ioExits],
  ['per frame', 'device accesses', '', (path) => path.perFrame.deviceAccesses],
  ['per frame', 'hypercalls', '', (path) => path.perFrame.hypercalls],
  ['per frame', 'copies', '', (path) => path.perFrame.copies],
  ['per frame', 'copied', 'B', (path) => path.perFrame.copiedBytes],
  ['per frame', 'interrupts', '', (path) => path.perFrame.interrupts],
  ['per frame', 'context switches', '', (path) => path.perFrame.contextSwitches],
];

/** Rows of both directions, where both were run. */
function wayLines(paths: readonly PathReport[]): Line[] {
  return (['tx', 'rx'] as const).flatMap((key): Line[] => {
    if (!paths.some(({ ways }) => ways)) return [];
    const name = key === 'tx' ? 'transmit' : 'receive';
    const of = (path: PathReport) => path.ways?.[key];
    return [
      [name, 'throughput', 'Gb/s', (path) => of(path)?.throughputGbps ?? Number.NaN],
      [name, 'latency p50', 'µs', (path) => of(path)?.latencyUs.p50 ?? Number.NaN],
      [name, 'latency p99', 'µs', (path) => of(path)?.latencyUs.p99 ?? Number.NaN],
      [name, 'lost', '', (path) => of(path)?.lossRate ?? Number.NaN],
    ];
  });
}

/** What the ledger holds for an actor and an activity, for each delivered frame. */
function ledgerLines(paths: readonly PathReport[]): Line[] {
  const keys = new Map(
    paths.flatMap(({ ledger }) => ledger.map((row) => [`${row.who}\n${row.what}`, row] as const)),
  );
  const rows = [...keys.values()].sort((a, b) => ACTORS.indexOf(a.who) - ACTORS.indexOf(b.who));
  return rows.flatMap(({ who, what }) =>
    (['cycles', 'count'] as const).map((field): Line => {
      const sum = ({ ledger, deliveredFrames }: PathReport) =>
        ledger.reduce(
          (total, row) => total + (row.who === who && row.what === what ? row[field] : 0),
          0,
        ) / deliveredFrames;
      const unit = field === 'cycles' ? 'cycles per frame' : 'times per frame';
      return ['ledger', `${ACTOR_NAME[who]}: ${what}`, unit, sum];
    }),
  );
}

export function compareSheet(report: CompareReport): Sheet {
  const names = PATHS.filter((name) => report.paths[name]);
  const paths = names.flatMap((name) => report.paths[name] ?? []);
  const causes = [...new Set(paths.flatMap(({ exitsBy }) => Object.keys(exitsBy)))];
  const parts = [...new Set(paths.flatMap(({ resources }) => resources.map(({ name }) => name)))];
  const lines: Line[] = [
    ...RESULTS,
    ...wayLines(paths),
    ...causes.map((cause): Line => ['exits by', cause, 'per frame', (p) => p.exitsBy[cause] ?? 0]),
    ...parts.map(
      (part): Line => [
        'busy',
        part,
        '',
        ({ resources }) => resources.find(({ name }) => name === part)?.busy ?? Number.NaN,
      ],
    ),
    ...ledgerLines(paths),
  ];
  // A path that delivered nothing has no figures.
  const cell = (path: PathReport, of: Line[3]) => (path.deliveredFrames > 0 ? of(path) : '');
  return {
    columns: ['Group', 'Figure', 'Unit', ...names.map((name) => PATH_NAME[name])],
    rows: [
      ...lines.map(([group, name, unit, of]) => [
        group,
        name,
        unit,
        ...paths.map((path) => cell(path, of)),
      ]),
      ['result', 'limited by', '', ...paths.map(({ limitedBy }) => limitedBy)],
    ],
  };
}

const present = (paths: Partial<Record<PathName, unknown>>): PathName[] =>
  PATHS.filter((name) => paths[name] !== undefined);

export function repeatSheet({ paths, units }: RepeatReport): Sheet {
  const names = present(paths);
  return {
    columns: [
      'Figure',
      'Unit',
      ...names.flatMap((name) =>
        ['mean', 'low', 'high'].map((which) => `${PATH_NAME[name]}, ${which}`),
      ),
    ],
    rows: Object.entries(units).map(([figure, unit]) => [
      figure,
      unit,
      ...names.flatMap((name) => {
        const { mean, low, high } = paths[name]?.[figure] ?? { mean: '', low: '', high: '' };
        return [mean, low, high];
      }),
    ]),
  };
}

export function sensitivitySheet({ base, by, rows, figure, unit }: SensitivityReport): Sheet {
  const names = present(base);
  return {
    columns: [
      'Cost',
      'Value',
      'Unit',
      'Status',
      ...names.flatMap((name) =>
        ['as it is', `cost ÷ ${by}`, `cost × ${by}`].map(
          (which) => `${PATH_NAME[name]}, ${figure} in ${unit}, ${which}`,
        ),
      ),
      'Order',
    ],
    rows: rows.map((row) => [
      row.cost,
      row.value,
      row.unit,
      row.status,
      ...names.flatMap((name) => [base[name] ?? '', row.less[name] ?? '', row.more[name] ?? '']),
      row.turns ? 'changes' : 'stays',
    ]),
  };
}

export function sweepSheet({ over, points }: SweepReport): Sheet {
  const at = (value: number | string) => over.values.indexOf(value as never);
  const order = [...points].sort(
    (a, b) => at(a.value) - at(b.value) || PATHS.indexOf(a.path) - PATHS.indexOf(b.path),
  );
  const name = (figure: (typeof FIGURES)[number]) => {
    const { label, unit } = AXES[figure];
    return unit ? `${label}, ${unit}` : label;
  };
  return {
    columns: [over.option, 'Path', ...FIGURES.map(name), 'Limited by', 'Note'],
    rows: order.map((point) => [
      point.value,
      PATH_NAME[point.path],
      ...FIGURES.map((figure) => (point.run.deliveredFrames > 0 ? AXES[figure].of(point) : '')),
      point.run.limitedBy,
      point.run.note ?? '',
    ]),
  };
}
