import type {
  PathReport,
  SweepFigure,
  SweepPoint,
  SweepReport,
} from '../../../sandbox/lab/report.ts';

type Raw = Record<string, unknown>;

/** What the sanitizer of all reports has for the parts of one. */
interface Parts {
  text(value: unknown): string;
  number(value: unknown): number;
  path(value: unknown): SweepPoint['path'] | undefined;
  run(value: unknown): PathReport;
  config(value: unknown): SweepReport['config'];
  points<T>(value: unknown, map: (item: unknown) => T): T[];
  values<T>(value: unknown, map: (item: unknown) => T): T[];
}

const FIGURES: readonly SweepFigure[] = [
  'throughputGbps',
  'framesPerSecond',
  'cores',
  'cyclesPerFrame',
  'cyclesPerByte',
  'latencyP50',
  'latencyP99',
  'lossRate',
  'ioExits',
];

/** A sweep in its declared shape: a point without a path, or at no value of the option, is left out. */
export function sweepOf(raw: Raw, parts: Parts): SweepReport {
  const over = typeof raw.over === 'object' && raw.over !== null ? (raw.over as Raw) : {};
  const value = (given: unknown): number | string =>
    typeof given === 'number' && Number.isFinite(given) ? given : parts.text(given);
  const values = parts.values(over.values, value);
  const points = parts.points(raw.points, (item): SweepPoint[] => {
    const point = typeof item === 'object' && item !== null ? (item as Raw) : {};
    const path = parts.path(point.path);
    const at = value(point.value);
    if (path === undefined || !values.includes(at)) return [];
    const { ledger: _, ...run } = parts.run(point.run);
    const load = typeof point.load === 'number' ? { load: parts.number(point.load) } : {};
    return [{ value: at, path, run, ...load }];
  });
  const title = parts.text(raw.title);
  return {
    kind: 'sweep',
    ...(title !== '' && { title }),
    find: raw.find === 'loss-free' ? 'loss-free' : 'run',
    over: { option: parts.text(over.option), values },
    config: parts.config(raw.config),
    figure: FIGURES.find((name) => name === raw.figure) ?? 'throughputGbps',
    points: points.flat(),
  };
}
