import { runPath } from '../compare.ts';
import { type CompareOptions, completeConfig } from '../options.ts';
import type { Interval, PathReport, RepeatReport } from '../report.ts';
import { UsageError } from '../usage.ts';
import { FIGURES, figureOf } from './figures.ts';
import { interval95, MOST_VALUES } from './student.ts';

/** What `repeat` takes: a comparison, and how many seeds it is run with. */
export type RepeatOptions = CompareOptions & {
  /** 2 to 30; 5 when left out. */
  seeds?: number;
};

/**
 * The same comparison with one seed after another, from `seed` on: for every figure of every path its mean,
 * and the 95 % interval of Student's t. Where nothing in the workload is random, the interval is empty; it
 * says how much of a figure is chance, and nothing about costs that are assumed (`sensitivity` does).
 * @throws UsageError for a number of seeds or an option that cannot be
 */
export async function repeat(options: RepeatOptions = {}): Promise<RepeatReport> {
  const { seeds = 5, ...rest } = options;
  if (!(Number.isInteger(seeds) && seeds >= 2 && seeds <= MOST_VALUES))
    throw new UsageError(`seeds: ${String(seeds)} is not a whole number from 2 to ${MOST_VALUES}`);
  const config = completeConfig(rest);
  if (config.seed + seeds - 1 > 0xffffffff)
    throw new UsageError(`seed: ${config.seed} leaves no room for ${seeds} seeds up to 4294967295`);
  const all = Array.from({ length: seeds }, (_, i) => config.seed + i);
  const paths: RepeatReport['paths'] = {};
  for (const path of config.paths) {
    const runs: PathReport[] = [];
    for (const seed of all) {
      runs.push(runPath(path, { ...config, seed }, { digest: false }));
      await Promise.resolve();
    }
    paths[path] = intervalsOf(runs);
  }
  const units = Object.fromEntries(Object.entries(FIGURES).map(([name, { unit }]) => [name, unit]));
  return { kind: 'repeat', config, seeds: all, units, paths };
}

function intervalsOf(runs: readonly PathReport[]): Record<string, Interval> {
  const figures = Object.keys(FIGURES).map((name): [string, Interval] => [
    name,
    interval95(runs.map((run) => figureOf(run, name))),
  ]);
  return Object.fromEntries(figures);
}
