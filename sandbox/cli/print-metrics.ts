import type { PathName, RepeatReport, SensitivityReport } from '../lab/report.ts';
import { printTable } from './print-table.ts';

/** Prints means with half their intervals, a line for each figure. */
export function printRepeat({ config, seeds, units, paths }: RepeatReport): void {
  console.log(`${seeds.length} seeds from ${seeds[0]}: mean ± half of the 95 % interval`);
  const rows = Object.entries(units).map(([name, unit]) => [
    unit === '' ? name : `${name} (${unit})`,
    ...config.paths.map((path) => {
      const figure = paths[path]?.[name];
      if (figure === undefined) return '';
      return `${short(figure.mean)} ± ${short((figure.high - figure.low) / 2)}`;
    }),
  ]);
  printTable([['', ...config.paths], ...rows]);
}

/** Prints what each cost does to the figure, the widest swing first. */
export function printSensitivity(report: SensitivityReport): void {
  const { config, figure, unit, by, base, order, rows } = report;
  const known = config.paths.map((path) => `${path} ${short(base[path] ?? 0)}`).join(', ');
  console.log(`${figure} (${unit}): ${known}; ${order}`);
  const head = config.paths.flatMap((path) => [`${path} ÷ ${by}`, `× ${by}`]);
  const values = (of: Partial<Record<PathName, number>>, path: PathName) => of[path] ?? 0;
  const lines = rows.map((row) => [
    row.cost,
    `${row.value} ${row.unit}`,
    row.status,
    ...config.paths.flatMap((path) => [values(row.less, path), values(row.more, path)]),
    row.turns ? 'changes' : 'stays',
  ]);
  printTable([['cost', 'value', 'status', ...head, 'order'], ...lines]);
}

function short(value: number): string {
  return Number(value.toPrecision(4)).toString();
}
