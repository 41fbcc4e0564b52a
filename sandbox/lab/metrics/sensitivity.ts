import { runPath } from '../compare.ts';
import { type CompareOptions, completeConfig } from '../options.ts';
import { profileOf } from '../profile/choice.ts';
import { costsOf, type Profile } from '../profiles.ts';
import type { CompareConfig, PathName, SensitivityReport, SensitivityRow } from '../report.ts';
import { UsageError } from '../usage.ts';
import { figureKind, figureOf } from './figures.ts';

/** What to look at, and how far costs are moved. */
export interface SensitivityOptions {
  /** A figure of a path's report, such as `latencyUs.p99`; `throughputGbps` when left out. */
  figure?: string;
  /** Each cost is divided and multiplied by this: 2 when left out; more than 1, at most 10. */
  by?: number;
}

/** Paths whose figures are no further apart than this share count as equal. */
const EQUAL = 0.01;
/** Frames of each run when the options say nothing: there are many runs. */
const FRAMES = 400;
/** What nobody has published for this generation of machines. */
const UNSURE = ['assumed', 'interpolated'];

type Figures = Partial<Record<PathName, number>>;

/**
 * Which assumed or interpolated cost a conclusion hangs on: the comparison is run again with each of them
 * halved and doubled, one at a time. A row says what became of the figure on each path, and whether the
 * paths came out in another order. Rows come with the widest swing first.
 * @throws UsageError for a figure, a factor or an option that cannot be
 */
export async function sensitivity(
  options: CompareOptions = {},
  { figure = 'throughputGbps', by = 2 }: SensitivityOptions = {},
): Promise<SensitivityReport> {
  const { unit, moreIsBetter } = figureKind(figure);
  if (!(typeof by === 'number' && by > 1 && by <= 10))
    throw new UsageError(`by: ${String(by)} is not a number from more than 1 to 10`);
  const length = options.durationMs === undefined ? { frames: FRAMES } : {};
  const config = completeConfig({ ...length, ...options });
  const profile = profileOf(config);
  const measure = (changed: Profile) => figuresWith(config, changed, figure);
  const base = measure(profile);
  const order = orderOf(base, config.paths, moreIsBetter);
  const rows: SensitivityRow[] = [];
  for (const cost of unsureCosts(profile)) {
    const less = measure(scaled(profile, cost, 1 / by));
    await Promise.resolve();
    const more = measure(scaled(profile, cost, by));
    await Promise.resolve();
    const turns = [less, more].some(
      (figures) => orderOf(figures, config.paths, moreIsBetter) !== order,
    );
    const { value, unit: costUnit, status } = profile.p[cost];
    rows.push({ cost, value, unit: costUnit, status, less, more, turns });
  }
  rows.sort((a, b) => swing(b, base) - swing(a, base));
  return { kind: 'sensitivity', config, figure, unit, by, base, order, rows };
}

/** The costs of a profile that nobody has published and that the machine charges. */
function unsureCosts(profile: Profile): string[] {
  const charged = JSON.stringify(costsOf(profile));
  return Object.keys(profile.p).filter(
    (cost) =>
      UNSURE.includes(profile.p[cost].status) &&
      JSON.stringify(costsOf(scaled(profile, cost, 2))) !== charged,
  );
}

function scaled(profile: Profile, cost: string, factor: number): Profile {
  const primitive = profile.p[cost];
  const changed = { ...primitive, value: primitive.value * factor };
  return { ...profile, p: { ...profile.p, [cost]: changed } };
}

function figuresWith(config: CompareConfig, profile: Profile, figure: string): Figures {
  const { mitigations, ...rest } = config;
  const changed = { ...rest, ownProfile: profile };
  const figures: Figures = {};
  for (const path of config.paths)
    figures[path] = figureOf(runPath(path, changed, { digest: false }), figure);
  return figures;
}

/** The paths from the best to the worst, those in between that count as equal joined: `sriov > native = vmbus`. */
function orderOf(figures: Figures, paths: readonly PathName[], moreIsBetter: boolean): string {
  const of = (path: PathName) => figures[path] ?? 0;
  const sorted = [...paths].sort((a, b) => (moreIsBetter ? of(b) - of(a) : of(a) - of(b)));
  return sorted.reduce((words, path, i) => {
    if (i === 0) return path;
    const before = of(sorted[i - 1]);
    const equal = Math.abs(before - of(path)) <= EQUAL * Math.max(before, of(path));
    return `${words} ${equal ? '=' : '>'} ${path}`;
  }, '');
}

/** The widest change of the figure that a cost makes on any path, as a share of what it was. */
function swing({ less, more }: SensitivityRow, base: Figures): number {
  const shares = Object.entries(base).map(([path, was]) => {
    const values = [less, more].map((figures) => figures[path as PathName] ?? 0);
    return was === 0 ? 0 : (Math.max(was, ...values) - Math.min(was, ...values)) / was;
  });
  return Math.max(0, ...shares);
}
