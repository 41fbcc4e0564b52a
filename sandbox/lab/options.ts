import { MAX_JUMBO_FRAME, MIN_FRAME } from '../machine/net/frame.ts';
import { type BulkSettings, completeBulk } from './bulk/options.ts';
import { completeCosting, type ProfileChoice, profileOf } from './profile/choice.ts';
import type { CompareConfig, PathName } from './report.ts';
import { UsageError } from './usage.ts';
import { completeWorkload, usualLength, WORKLOAD_OPTIONS } from './workload/options.ts';

/** What `compare` takes. Everything may be left out; a profile may be one of the caller's own. */
export type CompareOptions = Partial<Omit<CompareConfig, 'profile' | 'bulk'>> & {
  profile?: ProfileChoice;
  bulk?: BulkSettings;
};

export const PATHS: readonly PathName[] = ['native', 'emulated', 'vmbus', 'sriov'];
export const LINES: Readonly<Record<string, number>> = {
  '1G': 1,
  '10G': 10,
  '25G': 25,
  '40G': 40,
  '100G': 100,
};
const DIRECTIONS = ['tx', 'rx', 'rr', 'both'] as const;
/** Frames a second and VM of the load called `paced`. */
export const PACED = 250;
const DEFAULT_FRAMES = { max: 2000, paced: 200, rr: 400 };
/** Bounds that keep one run within a reader's patience and memory. */
const LIMITS = { vms: 60, queues: 8, cores: 16, frames: 5_000_000, durationMs: 5_000 };

/**
 * Fills in what was left out and refuses what cannot be.
 * @throws UsageError that names the option, what was given and what is accepted
 */
export function completeConfig(options: CompareOptions): CompareConfig {
  rejectUnknown(options);
  const direction = oneOf('direction', options.direction ?? 'tx', DIRECTIONS);
  const load = completeLoad(options.load ?? 'max');
  const costing = completeCosting(options);
  const posted = options.postedInterrupts ?? profileOf(costing).postedInterrupts;
  if (typeof posted !== 'boolean')
    throw new UsageError(`postedInterrupts: '${String(posted)}' is not true or false`);
  const config: CompareConfig = {
    paths: completePaths(options.paths),
    ...costing,
    line: oneOf('line', options.line ?? '10G', Object.keys(LINES)),
    frame: whole('frame', options.frame ?? 1514, MIN_FRAME, MAX_JUMBO_FRAME, 'bytes without FCS'),
    direction,
    load,
    vms: whole('vms', options.vms ?? 1, 1, LIMITS.vms),
    queues: whole('queues', options.queues ?? 1, 1, LIMITS.queues),
    rootCores: whole('rootCores', options.rootCores ?? 1, 1, LIMITS.cores),
    guestCores: whole('guestCores', options.guestCores ?? 1, 1, LIMITS.cores),
    postedInterrupts: posted,
    seed: whole('seed', options.seed ?? 1, 0, 0xffffffff),
  };
  completeSpreading(config, options);
  completeWorkload(config, options);
  if (options.bulk === undefined) completeLength(config, options);
  else completeBulk(config, options);
  return config;
}

/** How receive work is spread. What was not said stays out of the document, as it was before there was a choice. */
function completeSpreading(config: CompareConfig, options: CompareOptions): void {
  for (const name of ['vmq', 'vrss'] as const) {
    const value: unknown = options[name];
    if (value === undefined) continue;
    if (typeof value !== 'boolean')
      throw new UsageError(`${name}: '${String(value)}' is not true or false`);
    config[name] = value;
  }
}

function completeLength(config: CompareConfig, options: CompareOptions): void {
  if (options.frames !== undefined && options.durationMs !== undefined)
    throw new UsageError('frames and duration: give one of them, not both');
  if (options.durationMs !== undefined) {
    config.durationMs = options.durationMs;
    if (!(options.durationMs > 0 && options.durationMs <= LIMITS.durationMs))
      throw new UsageError(
        `duration: ${options.durationMs} is not between 0 and ${LIMITS.durationMs} ms`,
      );
    return;
  }
  const own = options.frames === undefined ? usualLength(config) : undefined;
  if (own?.durationMs !== undefined) {
    config.durationMs = own.durationMs;
    return;
  }
  const { direction, load } = config;
  const usual = direction === 'rr' ? 'rr' : load === 'paced' ? 'paced' : 'max';
  const frames =
    options.frames ?? own?.frames ?? DEFAULT_FRAMES[usual] * (usual === 'max' ? 1 : config.vms);
  config.frames = whole('frames', frames, 1, LIMITS.frames);
}

function completePaths(paths: unknown): PathName[] {
  if (paths === undefined) return ['emulated', 'vmbus', 'sriov'];
  if (!Array.isArray(paths) || paths.length === 0)
    throw new UsageError(`paths: give at least one of ${PATHS.join(', ')}`);
  return [...new Set(paths.map((path) => oneOf('paths', path, PATHS)))];
}

function completeLoad(load: unknown): CompareConfig['load'] {
  if (load === 'max' || load === 'paced') return load;
  if (typeof load === 'number' && load >= 1 && load <= 1e9) return load;
  throw new UsageError(
    `load: '${String(load)}' is not max, paced or a number of frames a second from 1 to 1e9`,
  );
}

function oneOf<T extends string>(name: string, value: unknown, accepted: readonly T[]): T {
  const found = accepted.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new UsageError(`${name}: '${String(value)}' is not one of ${accepted.join(', ')}`);
}

function whole(name: string, value: unknown, min: number, max: number, unit = ''): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max)
    return value;
  const suffix = unit === '' ? '' : ` ${unit}`;
  throw new UsageError(
    `${name}: ${String(value)} is not a whole number from ${min} to ${max}${suffix}`,
  );
}

const KNOWN: ReadonlySet<string> = new Set([
  'paths',
  'profile',
  'ownProfile',
  'mitigations',
  'line',
  'frame',
  'direction',
  'load',
  'vms',
  'queues',
  'rootCores',
  'guestCores',
  'durationMs',
  'frames',
  'postedInterrupts',
  'vmq',
  'vrss',
  'seed',
  'bulk',
  ...WORKLOAD_OPTIONS,
]);

function rejectUnknown(options: object): void {
  for (const name of Object.keys(options))
    if (!KNOWN.has(name))
      throw new UsageError(`compare has no option '${name}'; it has ${[...KNOWN].join(', ')}`);
}
