import type { CompareConfig, PathName } from '../report.ts';
import type { TaskResult } from './task.ts';

/** A figure of a run that a sweep can draw. */
export type SweepFigure =
  | 'throughputGbps'
  | 'framesPerSecond'
  | 'cores'
  | 'cyclesPerFrame'
  | 'cyclesPerByte'
  | 'latencyP50'
  | 'latencyP99'
  | 'lossRate'
  | 'ioExits';

/** What one path did at one value of the option: its run, and what a search for a loss-free load tried. */
export interface SweepPoint extends TaskResult {
  value: number | string;
  path: PathName;
}

/**
 * The same workload at several values of one option. `config` is that of the first value. Where points are
 * missing the sweep was stopped, or is still going.
 */
export interface SweepReport {
  kind: 'sweep';
  title?: string;
  /** Tells a sweep that was shown while it went on: what it returns takes the place of that. */
  id?: number;
  find: 'run' | 'loss-free';
  /** Rates of a line in Gb/s. */
  over: { option: string; values: (number | string)[] };
  config: CompareConfig;
  /** What a picture shows first. */
  figure: SweepFigure;
  /** By value, then by path. */
  points: SweepPoint[];
}

/** What a sweep says while it is going: first itself without points, then each point as it comes. */
export type SweepProgress = { id: number; sweep: SweepReport } | { id: number; point: SweepPoint };
