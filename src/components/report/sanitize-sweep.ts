import type { PathReport, SweepPoint, SweepReport } from '../../../sandbox/lab/report.ts';
import { type Cutter, LIMITS, num, object, path, type Raw, str } from './sanitize-tools.ts';
import { FIGURES } from './sweep-figures.ts';

/** What the sanitizer of comparisons has for the parts of a sweep. */
interface Parts {
  run(value: unknown): PathReport;
  config(value: unknown): SweepReport['config'];
}

/** A sweep in its declared shape: a point without a path, or at no value of the option, is left out. */
export function sweepOf(raw: Raw, cutter: Cutter, parts: Parts): SweepReport {
  const over = object(raw.over);
  const value = (given: unknown): number | string =>
    typeof given === 'number' && Number.isFinite(given) ? given : str(given);
  const values = cutter.list(over.values, LIMITS.sweepValues, 'values', value);
  const points = cutter.list(raw.points, LIMITS.sweepPoints, 'points', (item): SweepPoint[] => {
    const point = object(item);
    const on = path(point.path);
    const at = value(point.value);
    if (on === undefined || !values.includes(at)) return [];
    const { ledger: _, ...run } = parts.run(point.run);
    const load = typeof point.load === 'number' ? { load: num(point.load) } : {};
    return [{ value: at, path: on, run, ...load }];
  });
  const title = str(raw.title);
  return {
    kind: 'sweep',
    ...(title !== '' && { title }),
    find: raw.find === 'loss-free' ? 'loss-free' : 'run',
    over: { option: str(over.option), values },
    config: parts.config(raw.config),
    figure: FIGURES.find((name) => name === raw.figure) ?? 'throughputGbps',
    points: points.flat(),
  };
}
