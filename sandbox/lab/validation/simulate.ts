import { runPath } from '../compare.ts';
import { type CompareOptions, completeConfig } from '../options.ts';
import type { PathName } from '../report.ts';
import { UsageError } from '../usage.ts';
import { findFigure, type Outcome, usualFigure } from './figures.ts';
import type { Against, Experiment, Reading, ValidationRow } from './report.ts';
import { findUnit } from './units.ts';

/** Runs experiments, each path of each once however many rows read it. */
export class Laboratory {
  #outcomes = new Map<string, Outcome>();

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
    const read = (other: Against) => {
      const options = { ...experiment, ...other.experiment };
      return figure.read(this.#outcome(options, other.path ?? path));
    };
    const { of, size } = findUnit(unit);
    const quantity = reading.over === undefined ? figure.of : 'share';
    if (quantity !== of) throw new UsageError(`the figure is in ${quantity}, the row in ${unit}`);
    let value = read({});
    if (reading.minus !== undefined) value -= read(reading.minus);
    if (reading.over !== undefined) value /= read(reading.over);
    return value / (reading.per ?? 1) / size;
  }

  #outcome(experiment: Experiment, path: PathName): Outcome {
    const key = JSON.stringify([experiment, path]);
    const known = this.#outcomes.get(key);
    if (known !== undefined) return known;
    const outcome = run(experiment, path);
    this.#outcomes.set(key, outcome);
    return outcome;
  }
}

function run(experiment: Experiment, path: PathName): Outcome {
  const config = completeConfig(experiment as CompareOptions);
  if (!config.paths.includes(path))
    throw new UsageError(
      `the experiment runs ${config.paths.join(', ')}, and the row reads ${path}`,
    );
  return { config, report: runPath(path, config, { digest: false }) };
}

function lastPath({ paths }: Experiment): PathName {
  if (Array.isArray(paths) && paths.length > 0) return paths.at(-1) as PathName;
  throw new UsageError('the experiment has no list of paths');
}
