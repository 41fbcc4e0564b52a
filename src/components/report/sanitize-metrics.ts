import type {
  CompareConfig,
  Interval,
  PathName,
  RepeatReport,
  SensitivityReport,
} from '../../../sandbox/lab/report.ts';
import { PATHS } from './actors.ts';
import { type Cutter, LIMITS, num, object, optional, type Raw, str } from './sanitize-tools.ts';

/** What is known of each path, by `map`. */
function byPath<T>(value: unknown, map: (item: unknown) => T): Partial<Record<PathName, T>> {
  const given = object(value);
  const known: Partial<Record<PathName, T>> = {};
  for (const name of PATHS) if (Object.hasOwn(given, name)) known[name] = map(given[name]);
  return known;
}

function named<T>(value: unknown, map: (item: unknown) => T): Record<string, T> {
  const entries = Object.entries(object(value)).slice(0, LIMITS.figures);
  return Object.fromEntries(entries.map(([name, item]) => [str(name, 40), map(item)]));
}

function interval(value: unknown): Interval {
  const { mean, low, high } = object(value);
  return { mean: num(mean), low: num(low), high: num(high) };
}

export function repeat(raw: Raw, config: CompareConfig): RepeatReport {
  const seeds = Array.isArray(raw.seeds) ? raw.seeds.slice(0, LIMITS.seeds).map(num) : [];
  return {
    kind: 'repeat',
    title: optional(raw.title, LIMITS.name),
    config,
    seeds,
    units: named(raw.units, (unit) => str(unit, 24)),
    paths: byPath(raw.paths, (figures) => named(figures, interval)),
  };
}

export function sensitivity(raw: Raw, config: CompareConfig, cutter: Cutter): SensitivityReport {
  return {
    kind: 'sensitivity',
    title: optional(raw.title, LIMITS.name),
    config,
    figure: str(raw.figure, 40),
    unit: str(raw.unit, 24),
    by: num(raw.by),
    base: byPath(raw.base, num),
    order: str(raw.order),
    rows: cutter.list(raw.rows, LIMITS.costs, 'costs', (item) => {
      const row = object(item);
      return {
        cost: str(row.cost, 40),
        value: num(row.value),
        unit: str(row.unit, 24),
        status: str(row.status, 24),
        less: byPath(row.less, num),
        more: byPath(row.more, num),
        turns: row.turns === true,
      };
    }),
  };
}
