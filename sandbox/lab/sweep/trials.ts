import { type CompareOptions, completeConfig } from '../options.ts';
import type { PathName } from '../report.ts';
import { UsageError } from '../usage.ts';
import { lineRate, trialsOf } from './loss-free.ts';
import { refuseForSearch } from './points.ts';

/** A path that can be tried at one load after another. */
export interface LoadTrials {
  /** Frames a second and VM that the line has room for. */
  readonly most: number;
  /** Whether every frame arrives as fast as it is offered, at a whole number of frames a second and VM. */
  holds(load: number): boolean;
}

/**
 * What `highestLossFree` tries, for a search of one's own.
 * @throws UsageError for what cannot be, also from `holds`
 */
export function loadTrials(
  path: PathName,
  options: Omit<CompareOptions, 'paths' | 'load'>,
): LoadTrials {
  const config = completeConfig({ ...options, paths: [path] });
  refuseForSearch(config);
  const tryLoad = trialsOf(path, config);
  const most = lineRate(config);
  return {
    most,
    holds: (load) => {
      if (!Number.isInteger(load) || load < 1 || load > most)
        throw new UsageError(`load: ${String(load)} is not a whole number from 1 to ${most}`);
      return tryLoad(load).held;
    },
  };
}
