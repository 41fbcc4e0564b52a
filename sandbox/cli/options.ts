import type { ParseArgsOptionsConfig } from 'node:util';
import { type CompareOptions, PATHS } from '../lab/options.ts';
import type { PathName } from '../lab/report.ts';
import { UsageError } from '../lab/usage.ts';
import { addBulk, BULK_WORDS } from './bulk-options.ts';
import { toNumber } from './numbers.ts';
import { toProfile } from './profile-file.ts';
import { addWorkload, WORKLOAD_WORDS } from './workload-options.ts';

/** The options of `compare`, as `parseArgs` takes them. */
export const COMPARE_OPTIONS = {
  paths: { type: 'string' },
  profile: { type: 'string' },
  mitigations: { type: 'string' },
  line: { type: 'string' },
  frame: { type: 'string' },
  direction: { type: 'string' },
  load: { type: 'string' },
  vms: { type: 'string' },
  queues: { type: 'string' },
  'root-cores': { type: 'string' },
  'guest-cores': { type: 'string' },
  duration: { type: 'string' },
  frames: { type: 'string' },
  'posted-interrupts': { type: 'string' },
  vmq: { type: 'string' },
  vrss: { type: 'string' },
  ...WORKLOAD_WORDS,
  ...BULK_WORDS,
  seed: { type: 'string' },
} satisfies ParseArgsOptionsConfig;

type Values = { [name in Exclude<keyof typeof COMPARE_OPTIONS, 'bulk'>]?: string } & {
  bulk?: boolean;
};

/** Turns words into the lab's options. @throws UsageError for a word that is no number where one is due */
export function toCompareOptions(values: Values): CompareOptions {
  const options: CompareOptions = {};
  if (values.paths !== undefined)
    options.paths = values.paths.split(',').map((word) => toPath(word));
  if (values.profile !== undefined) options.profile = toProfile(values.profile);
  if (values.line !== undefined) options.line = values.line;
  if (values.direction !== undefined)
    options.direction = values.direction as CompareOptions['direction'];
  if (values.load !== undefined)
    options.load =
      values.load === 'max' || values.load === 'paced'
        ? values.load
        : toNumber('load', values.load);
  const numbers = [
    ['frame', 'frame'],
    ['vms', 'vms'],
    ['queues', 'queues'],
    ['root-cores', 'rootCores'],
    ['guest-cores', 'guestCores'],
    ['duration', 'durationMs'],
    ['frames', 'frames'],
    ['seed', 'seed'],
  ] as const;
  for (const [word, name] of numbers) {
    const value = values[word];
    if (value !== undefined) options[name] = toNumber(word, value);
  }
  const switches = [
    ['posted-interrupts', 'postedInterrupts'],
    ['mitigations', 'mitigations'],
    ['vmq', 'vmq'],
    ['vrss', 'vrss'],
  ] as const;
  for (const [word, name] of switches) {
    const value = values[word];
    if (value === undefined) continue;
    if (value !== 'on' && value !== 'off')
      throw new UsageError(`--${word}: '${value}' is not on or off`);
    options[name] = value === 'on';
  }
  addWorkload(options, values);
  addBulk(options, values);
  return options;
}

export { toNumber };

/** A word as the name of a path. */
export function toPath(word: string, option = 'paths'): PathName {
  const path = PATHS.find((candidate) => candidate === word);
  if (path !== undefined) return path;
  throw new UsageError(`--${option}: '${word}' is not one of ${PATHS.join(', ')}`);
}

/** @throws UsageError for an option that is none of `known`, naming them */
export function refuseUnknown(args: string[], known: string[]): void {
  for (const word of args) {
    const name = /^--([^=]+)/.exec(word)?.[1];
    if (name !== undefined && !known.includes(name))
      throw new UsageError(`there is no option --${name}; there is --${known.join(', --')}`);
  }
}
