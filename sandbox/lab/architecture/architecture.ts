import { MAX_FRAME, MIN_FRAME } from '../../machine/net/frame.ts';
import { ACTIVITIES, ACTORS, GUEST_USER, WIRE } from '../../machine/partition/ledger.ts';
import { completeConfig } from '../options.ts';
import type { ArchitectureReport, ArchitectureStep } from '../report.ts';
import { notesOf } from '../step-notes.ts';
import { UsageError } from '../usage.ts';
import { Placer } from './place.ts';
import { plan, type VirtualPath } from './plan.ts';
import { type Direction, FollowedRun, type RawStep } from './run.ts';

const VIRTUAL_PATHS: readonly VirtualPath[] = ['emulated', 'vmbus', 'sriov'];
const DIRECTIONS: readonly Direction[] = ['tx', 'rx', 'to-neighbour'];
const MAX_VMS = 3;

/** What `architecture` takes. */
export interface ArchitectureOptions {
  path: VirtualPath;
  /** Virtual machines on the host, 1 to 3; 2 when left out. */
  vms?: number;
  /** Paths of the machines after the first, in place of `vms`, which puts all on one path. */
  others?: readonly VirtualPath[];
  /** Bytes of the frame without FCS. */
  frame?: number;
  /** From the first machine to the wire (`tx`), from the wire to it, or from it to the second machine. */
  direction?: Direction;
  line?: string;
  profile?: string;
  seed?: number;
}

const WORDS: Readonly<Record<Direction, string>> = {
  tx: 'from a virtual machine to the wire',
  rx: 'from the wire to a virtual machine',
  'to-neighbour': 'from one virtual machine to another',
};

/**
 * The machine as a drawing, and one frame's way through it: a real run with the trace on, each step put in
 * its place. Times in nanoseconds from the frame's first step.
 * @throws UsageError for an option that cannot be
 */
export async function architecture(options: ArchitectureOptions): Promise<ArchitectureReport> {
  const { path, direction = 'tx', frame = MAX_FRAME, others, vms = 2, ...rest } = options;
  choose('path', path, VIRTUAL_PATHS);
  for (const other of others ?? []) choose('others', other, VIRTUAL_PATHS);
  choose('direction', direction, DIRECTIONS);
  const config = completeConfig({ ...rest, paths: [path], frame });
  const fewest = direction === 'to-neighbour' ? 2 : 1;
  const count = others === undefined ? vms : others.length + 1;
  if (!Number.isInteger(count) || count < fewest || count > MAX_VMS)
    throw new UsageError(`vms: ${count} is not a whole number from ${fewest} to ${MAX_VMS}`);
  if (path === 'emulated' && frame > MAX_FRAME)
    throw new UsageError(
      `frame: the emulated adapter takes ${MIN_FRAME} to ${MAX_FRAME} bytes, not ${frame}`,
    );
  const { profile, line, seed } = config;
  const paths = [path, ...(others ?? new Array<VirtualPath>(vms - 1).fill(path))];
  const run = new FollowedRun({ paths, direction, frame, profile, line, seed });
  run.run();
  const title = `A frame of ${frame} bytes ${WORDS[direction]}`;
  const steps = placed(run.steps, direction).map((step) => ({ ...step, ...notesOf(path, step) }));
  return { kind: 'architecture', title, path, frame, ...plan(paths), steps };
}

function choose<T extends string>(name: string, value: T, accepted: readonly T[]): void {
  if (!accepted.includes(value))
    throw new UsageError(`${name}: '${String(value)}' is not one of ${accepted.join(', ')}`);
}

/** Steps from the frame's first on, in order, without those that took no time and changed nothing. */
function placed(raw: RawStep[], direction: Direction): ArchitectureStep[] {
  const opens = direction === 'rx' ? WIRE : GUEST_USER;
  const first = raw.find(({ who }) => who === opens)?.start ?? 0;
  const counts = ({ who, start, end, exits, copies }: RawStep) =>
    end > start || who === GUEST_USER || exits + copies > 0;
  const placer = new Placer(direction);
  return raw
    .filter((step) => step.start >= first && counts(step))
    .sort((a, b) => a.start - b.start)
    .map((step) => {
      const place = placer.place(step);
      return { ...describe(step, first), ...place, holder: placer.holder };
    });
}

function describe(step: RawStep, first: number): ArchitectureStep {
  const { who, what, start, end, exits, copies, cycles, detail, bytes } = step;
  const inside = who === WIRE && step.place === 'inside';
  return {
    start: (start - first) / 1e3,
    end: (end - first) / 1e3,
    who: inside ? 'device' : ACTORS[who],
    what: inside ? 'loopback' : who === WIRE ? 'on the wire' : ACTIVITIES[what],
    ...(detail === undefined ? {} : { detail }),
    ...(bytes === undefined ? {} : { bytes }),
    exits,
    copies,
    cycles,
  };
}
