import type { Actor, CompareReport, PathName, PathReport } from '../../../sandbox/lab/report.ts';
import { ACTORS, HOST, PATHS } from '../report/actors.ts';
import { cyclesOf } from '../report/compare.ts';

/** What a figure is counted in, which says how it is written. */
export type Kind = 'gigabits' | 'microseconds' | 'share' | 'bytes' | 'count';

/** A figure of both runs. NaN where a run has none. */
export interface Figure {
  name: string;
  kind: Kind;
  before: number;
  after: number;
}

/** Cycles per delivered frame that one actor spent on one thing, or on all. */
export interface Spent {
  who: Actor;
  what: string;
  before: number;
  after: number;
}

export interface PathDifference {
  path: PathName;
  figures: Figure[];
  actors: Spent[];
  /** Rows of the ledger that moved, the largest change first. */
  rows: Spent[];
  limitedBy: { before: string; after: string };
}

/** Changes smaller than this share come from rounding. */
const SAME = 1e-9;

export function moved({ before, after }: { before: number; after: number }): boolean {
  if (Number.isNaN(before) || Number.isNaN(after))
    return Number.isNaN(before) !== Number.isNaN(after);
  return Math.abs(after - before) > SAME * Math.max(Math.abs(before), Math.abs(after));
}

const FIGURES: readonly [name: string, kind: Kind, of: (path: PathReport) => number][] = [
  ['Throughput', 'gigabits', (path) => path.throughputGbps],
  ['Frames a second', 'count', (path) => path.framesPerSecond],
  ['Latency, p50', 'microseconds', (path) => path.latencyUs.p50],
  ['Latency, p99', 'microseconds', (path) => path.latencyUs.p99],
  ['Lost', 'share', (path) => path.lossRate],
  ['Cycles per frame', 'count', (path) => path.cyclesPerFrame],
  ['Host cycles per frame', 'count', (path) => cyclesOf(path, HOST)],
  ['Exits per frame', 'count', (path) => path.perFrame.exits],
  ['Exits for I/O per frame', 'count', (path) => path.perFrame.ioExits],
  ['Hypercalls per frame', 'count', (path) => path.perFrame.hypercalls],
  ['Copies per frame', 'count', (path) => path.perFrame.copies],
  ['Copied per frame', 'bytes', (path) => path.perFrame.copiedBytes],
  ['Interrupts per frame', 'count', (path) => path.perFrame.interrupts],
  ['Context switches per frame', 'count', (path) => path.perFrame.contextSwitches],
  ['Busy cores', 'count', ({ cores: c }) => c.guest + c.hypervisor + c.rootKernel + c.rootUser],
];

/** A path that delivered nothing has no figures. */
const known = (path: PathReport, value: number): number =>
  path.deliveredFrames > 0 ? value : Number.NaN;

function rowsOf(path: PathReport): Map<string, Spent> {
  const rows = new Map<string, Spent>();
  for (const { who, what, cycles } of path.ledger) {
    const key = `${who}\n${what}`;
    const row = rows.get(key) ?? { who, what, before: 0, after: 0 };
    row.after += known(path, cycles / path.deliveredFrames);
    rows.set(key, row);
  }
  return rows;
}

function ledgerOf(before: PathReport, after: PathReport): Spent[] {
  const rows = rowsOf(after);
  for (const [key, { who, what, after: spent }] of rowsOf(before)) {
    const row = rows.get(key) ?? { who, what, before: 0, after: 0 };
    row.before = spent;
    rows.set(key, row);
  }
  const size = ({ before: b, after: a }: Spent): number => Math.abs(a - b) || 0;
  return [...rows.values()].filter(moved).sort((a, b) => size(b) - size(a));
}

function differenceOf(path: PathName, before: PathReport, after: PathReport): PathDifference {
  return {
    path,
    figures: FIGURES.map(([name, kind, of]) => ({
      name,
      kind,
      before: known(before, of(before)),
      after: known(after, of(after)),
    })),
    actors: ACTORS.map((who) => ({
      who,
      what: '',
      before: cyclesOf(before, [who]),
      after: cyclesOf(after, [who]),
    })).filter(({ before: b, after: a }) => b > 0 || a > 0),
    rows: ledgerOf(before, after),
    limitedBy: { before: before.limitedBy, after: after.limitedBy },
  };
}

/** Both runs, path by path, for the paths that both have. */
export function differences(before: CompareReport, after: CompareReport): PathDifference[] {
  return PATHS.flatMap((path) => {
    const [a, b] = [before.paths[path], after.paths[path]];
    return a && b ? [differenceOf(path, a, b)] : [];
  });
}

/** Paths that only one of the two runs has. */
export function pathsOfOne(before: CompareReport, after: CompareReport): PathName[] {
  return PATHS.filter((path) => Boolean(before.paths[path]) !== Boolean(after.paths[path]));
}

/** Something that was set otherwise. Undefined where it was not set. */
export interface Setting {
  name: string;
  before: string | undefined;
  after: string | undefined;
}

function changed(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Setting[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const words = (all: Readonly<Record<string, unknown>>, name: string): string | undefined => {
    const value = Object.hasOwn(all, name) ? all[name] : undefined;
    if (value === undefined) return undefined;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  return [...names]
    .map((name) => ({ name, before: words(before, name), after: words(after, name) }))
    .filter((setting) => setting.before !== setting.after);
}

/** Knobs that stand otherwise, then options of the comparison that no such knob explains. */
export function settings(
  before: { knobs: Record<string, unknown>; report: CompareReport },
  after: { knobs: Record<string, unknown>; report: CompareReport },
): Setting[] {
  const knobs = changed(before.knobs, after.knobs);
  const same = (a: Setting, b: Setting): boolean => a.before === b.before && a.after === b.after;
  const options = changed({ ...before.report.config }, { ...after.report.config });
  return [...knobs, ...options.filter((option) => !knobs.some((knob) => same(knob, option)))];
}
