import { runPath } from '../compare.ts';
import type { CompareConfig, PathName, PathReport } from '../report.ts';
import { searchLossFree, type Trial } from './loss-free.ts';

/** What a point of a sweep keeps of its run: everything but the rows of the ledger. */
export type SweptRun = Omit<PathReport, 'ledger'>;

/** One run of a sweep as plain data, so that it can be done in another thread. */
export interface Task {
  /** Run once under the configuration's own load, or search the highest load without loss and run that. */
  find: 'run' | 'loss-free';
  path: PathName;
  config: CompareConfig;
}

/** `load` and `trials` only of a search: frames a second and VM, and what was tried, in order. */
export interface TaskResult {
  run: SweptRun;
  load?: number;
  trials?: Trial[];
}

/** Does a task. The result follows from the task alone, whichever thread it is done in. */
export function runTask({ find, path, config }: Task): TaskResult {
  if (find === 'run') return { run: run(path, config) };
  const { load, frames, burst, trials } = searchLossFree(path, config);
  return { run: run(path, { ...config, load, frames }, burst), load, trials };
}

function run(path: PathName, config: CompareConfig, burst?: number): SweptRun {
  const { ledger: _, ...rest } = runPath(path, config, { burst });
  return rest;
}
