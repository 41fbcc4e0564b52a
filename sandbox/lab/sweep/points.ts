import { type CompareOptions, completeConfig, LINES } from '../options.ts';
import type { CompareConfig } from '../report.ts';
import { UsageError } from '../usage.ts';
import type { Task } from './task.ts';

/** The option that a sweep goes over, and the values it takes, in order. */
export type SweepOver = {
  [name in keyof Omit<CompareOptions, 'paths'>]?: readonly CompareOptions[name][];
};

/** What is run at each value: the option's value, one task for each path. */
export interface SweepPlan {
  option: string;
  values: (number | string)[];
  /** By value, then by path. */
  tasks: Task[];
  /** The configuration of the first value. */
  config: CompareConfig;
}

/** Bounds that keep a sweep within a reader's patience and memory. */
export const SWEEP_LIMITS = { values: 100, runs: 300, frames: 5_000_000 };

/**
 * The runs of a sweep, or of one point without `over`. Everything is checked before anything runs.
 * @throws UsageError for an option or a value that cannot be, and for a sweep that is too large, with the bound
 */
export function planSweep(
  over: SweepOver | undefined,
  options: CompareOptions,
  find: Task['find'],
): SweepPlan {
  const { option, values, configs } = over ? alongOne(over, options) : alone(options);
  if (find === 'loss-free') configs.forEach(refuseForSearch);
  const tasks = configs.flatMap((config) =>
    config.paths.map((path): Task => ({ find, path, config: { ...config, paths: [path] } })),
  );
  bound('runs', tasks.length, SWEEP_LIMITS.runs);
  const frames = tasks.reduce((sum, { config }) => sum + (config.frames ?? 0), 0);
  bound('frames in all', frames, SWEEP_LIMITS.frames);
  return { option, values, tasks, config: configs[0] };
}

type Values = Pick<SweepPlan, 'option' | 'values'> & { configs: CompareConfig[] };

/** One point, named by its frame size. */
function alone(options: CompareOptions): Values {
  const config = completeConfig(options);
  return { option: 'frame', values: [config.frame], configs: [config] };
}

function alongOne(over: SweepOver, options: CompareOptions): Values {
  const [option, given] = overOne(over);
  if (option in options)
    throw new UsageError(`sweep: '${option}' is given twice: once as 'over' and once as an option`);
  const values = given.map((value) => asValue(option, value));
  if (new Set(values).size < values.length)
    throw new UsageError(`sweep: a value of '${option}' is there twice`);
  const configs = given.map((value) => completeConfig({ ...options, [option]: value }));
  return { option, values, configs };
}

function overOne(over: SweepOver): [string, readonly unknown[]] {
  const [first, ...others] = Object.entries(over);
  if (first === undefined || others.length > 0 || !Array.isArray(first[1]) || first[1].length === 0)
    throw new UsageError(
      'sweep: over names one option and its values, as in { frame: [64, 512, 1514] }',
    );
  if (first[0] === 'paths')
    throw new UsageError("sweep: each value is run on every path; give 'paths' beside 'over'");
  if (first[0] === 'recorded')
    throw new UsageError('sweep: a recording is no value that a point could be named by');
  bound('values', first[1].length, SWEEP_LIMITS.values);
  return [first[0], first[1]];
}

function bound(what: string, asked: number, most: number): void {
  const words = (count: number) => count.toLocaleString('en');
  if (asked > most)
    throw new UsageError(
      `sweep: ${words(asked)} ${what} are too many; it takes up to ${words(most)}`,
    );
}

/** A value as a report has it: the rate of a line in Gb/s, a switch in words. */
function asValue(option: string, value: unknown): number | string {
  if (option === 'line' && typeof value === 'string') return LINES[value] ?? value;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return Array.isArray(value) ? value.join('+') : String(value);
}

/** What has no rate of its own to be searched, or none that one number tells. */
export function refuseForSearch({
  direction,
  durationMs,
  inFlight,
  recorded,
}: CompareConfig): void {
  const refuse = (why: string): never => {
    throw new UsageError(`loss-free: ${why}`);
  };
  if (direction === 'both') refuse('a search takes one direction at a time: tx, rx or rr');
  if (recorded !== undefined) refuse('a recording has its own times; leave it out');
  if (inFlight !== undefined) refuse('a load by the clock waits for no reply; leave inFlight out');
  if (durationMs !== undefined) refuse('a search takes a number of frames, not a duration');
}
