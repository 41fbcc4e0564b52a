import { runPath } from '../compare.ts';
import { type CompareOptions, completeConfig } from '../options.ts';
import type { PathName, PathReport } from '../report.ts';
import { UsageError } from '../usage.ts';
import { findFigure, usualFigure } from './figures.ts';
import type { Against, Experiment, Reading, ValidationRow } from './report.ts';
import { findUnit } from './units.ts';

/** Runs experiments, each path of each once however many rows read it. */
export class Laboratory {
  #reports = new Map<string, PathReport>();

  /**
   * What the model has to say to a row, in the row's unit.
   * @throws UsageError for an experiment that the lab refuses, or a figure of another quantity
   */
  simulate(row: ValidationRow): number {
    const { experiment, reading = {}, unit } = row;
    if (experiment === undefined) throw new UsageError(`row '${row.id}' states no experiment`);
    try {
      return this.#read(experiment, reading, unit);
    } catch (error) {
      if (error instanceof UsageError) throw new UsageError(`row '${row.id}': ${error.message}`);
      throw error;
    }
  }

  #read(experiment: Experiment, reading: Reading, unit: string): number {
    const figure = findFigure(reading.figure ?? usualFigure(unit));
    const path = reading.path ?? lastPath(experiment);
    const against = (other: Against) =>
      figure.read(this.#report({ ...experiment, ...other.experiment }, other.path ?? path));
    const { of, size } = findUnit(unit);
    const quantity = reading.over === undefined ? figure.of : 'share';
    if (quantity !== of) throw new UsageError(`the figure is in ${quantity}, the row in ${unit}`);
    let value = figure.read(this.#report(experiment, path));
    if (reading.minus !== undefined) value -= against(reading.minus);
    if (reading.over !== undefined) value /= against(reading.over);
    return value / (reading.per ?? 1) / size;
  }

  #report(experiment: Experiment, path: PathName): PathReport {
    const key = JSON.stringify([experiment, path]);
    const known = this.#reports.get(key);
    if (known !== undefined) return known;
    const report = runExperiment(experiment, path);
    this.#reports.set(key, report);
    return report;
  }
}

function runExperiment({ workload = 'compare', ...options }: Experiment, path: PathName) {
  if (workload !== 'compare') throw new UsageError(`workload '${String(workload)}' is not compare`);
  const config = completeConfig(options as CompareOptions);
  if (!config.paths.includes(path))
    throw new UsageError(
      `the experiment runs ${config.paths.join(', ')}, and the row reads ${path}`,
    );
  return runPath(path, config, { digest: false });
}

function lastPath({ paths }: Experiment): PathName {
  if (Array.isArray(paths) && paths.length > 0) return paths.at(-1) as PathName;
  throw new UsageError('the experiment has no list of paths');
}
