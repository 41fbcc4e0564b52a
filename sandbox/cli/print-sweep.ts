import type { SweepPoint, SweepReport } from '../lab/sweep/report.ts';

/** A sweep in lines, one a point, of columns as wide as they will ever need: the next line may take a while. */

const COLUMNS: [string, number, (point: SweepPoint) => string][] = [
  ['path', 10, ({ path }) => path],
  ['Gb/s', 9, ({ run }) => run.throughputGbps.toFixed(3)],
  ['frames/s', 12, ({ run }) => String(Math.round(run.framesPerSecond))],
  [
    'cores',
    8,
    ({ run: { cores: c } }) => (c.guest + c.hypervisor + c.rootKernel + c.rootUser).toFixed(2),
  ],
  ['p50 µs', 10, ({ run }) => run.latencyUs.p50.toFixed(2)],
  ['lost', 8, ({ run }) => run.lossRate.toFixed(4)],
  ['limited by', 0, ({ run }) => run.note ?? run.limitedBy],
];

/** Characters of the column with the option's values. */
const width = ({ over }: SweepReport): number =>
  Math.max(over.option.length, ...over.values.map((value) => String(value).length));

/** The line above the points. */
export function sweepHead(sweep: SweepReport): string {
  const columns = COLUMNS.map(([name, cells]) => place(name, cells));
  return [sweep.over.option.padStart(width(sweep)), ...columns].join('  ');
}

export function sweepLine(sweep: SweepReport, point: SweepPoint): string {
  const columns = COLUMNS.map(([, cells, text]) => place(text(point), cells));
  return [String(point.value).padStart(width(sweep)), ...columns].join('  ');
}

/** The path and the words at the end stand left, figures right. */
const place = (text: string, cells: number): string =>
  cells === 10 && !/\d/.test(text) ? text.padEnd(cells) : text.padStart(cells);

/** Prints a sweep that is over. */
export function printSweep(sweep: SweepReport): void {
  if (sweep.title !== undefined) console.log(sweep.title);
  console.log(sweepHead(sweep));
  for (const point of sweep.points) console.log(sweepLine(sweep, point));
}
