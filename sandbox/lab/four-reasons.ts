import { runPath } from './compare.ts';
import { type CompareOptions, completeConfig } from './options.ts';
import type { Actor, BarsReport, LedgerRow, PathReport, TableReport } from './report.ts';
import type { SyntheticVariant } from './synthetic-variant.ts';
import { UsageError } from './usage.ts';

/** The advantages that a software device has over an emulated one; each can be taken away. */
export type Reason = 'noHypervisor' | 'sharedMemory' | 'noEmulation' | 'kernelMode';

/** What each advantage is, what to call a machine without it, and what that machine does. */
export const FOUR_REASONS: Readonly<
  Record<Reason, { name: string; missing: string; without: string }>
> = {
  noHypervisor: {
    name: 'no hypervisor in the path',
    missing: 'the hypervisor in the path',
    without: 'each packet is a message that the hypervisor carries: there is no ring',
  },
  sharedMemory: {
    name: 'shared memory',
    missing: 'no shared memory',
    without: 'the hypervisor copies each frame between the partitions, through a buffer of its own',
  },
  noEmulation: {
    name: 'no emulation',
    missing: 'registers to emulate',
    without: 'doorbell and status are registers: each access is intercepted and emulated',
  },
  kernelMode: {
    name: 'kernel mode',
    missing: 'a service in user mode',
    without: 'the service provider is a process of the root',
  },
};

/** What `fourReasons` takes: the workload of a comparison, sent by guests over VMBus. */
export interface FourReasonsOptions
  extends Partial<
    Pick<
      CompareOptions,
      'profile' | 'line' | 'frame' | 'load' | 'frames' | 'vms' | 'rootCores' | 'seed'
    >
  > {
  /** Which to take away, each in a run of its own; all four when left out. */
  without?: readonly Reason[];
  /** Register accesses for a frame where devices have registers; 5, as the real tulip driver's. */
  accesses?: number;
}

/** The workload with everything, and once without each of the advantages. */
export interface FourReasonsReport {
  all: PathReport;
  without: Partial<Record<Reason, PathReport>>;
}

/** Accesses of the real driver of the 21140 for a frame that it sends alone. */
const TULIP_ACCESSES = 5;
const MAX_ACCESSES = 64;

/**
 * One workload over VMBus: as it is, and with each of the four advantages of software devices taken away
 * in turn, in the machine itself.
 * @throws UsageError for options that cannot be
 */
export function fourReasons(options: FourReasonsOptions = {}): FourReasonsReport {
  const { without = reasons(), accesses = TULIP_ACCESSES, ...workload } = options;
  if (!Number.isInteger(accesses) || accesses < 1 || accesses > MAX_ACCESSES)
    throw new UsageError(`accesses: ${accesses} is not 1 to ${MAX_ACCESSES}`);
  for (const reason of without)
    if (!Object.hasOwn(FOUR_REASONS, reason))
      throw new UsageError(`without: '${reason}' is not one of ${reasons().join(', ')}`);
  const config = completeConfig({ frames: 500, ...workload, paths: ['vmbus'], direction: 'tx' });
  const run = (variant: SyntheticVariant) => runPath('vmbus', config, { variant });
  const reports: FourReasonsReport['without'] = {};
  for (const reason of without) reports[reason] = run(variantWithout(reason, accesses));
  return { all: run({}), without: reports };
}

function reasons(): Reason[] {
  return Object.keys(FOUR_REASONS) as Reason[];
}

function variantWithout(reason: Reason, accesses: number): SyntheticVariant {
  if (reason === 'noHypervisor') return { messages: true };
  if (reason === 'sharedMemory') return { copyThroughHypervisor: true };
  if (reason === 'noEmulation') return { registerAccesses: accesses };
  return { userMode: true };
}

/** Who spends how many cycles on a frame, a bar for each run. */
export function fourReasonsBars(
  report: FourReasonsReport,
  title = 'Cycles for a frame',
): BarsReport {
  const bars = runsOf(report).map(([name, { ledger, deliveredFrames }]) => ({
    name,
    segments: byActor(ledger).map(({ who, cycles }) => ({
      who,
      what: 'all that it does',
      value: cycles / Math.max(1, deliveredFrames),
    })),
  }));
  return { kind: 'bars', title, unit: 'cycles', bars };
}

/** Cycles of each actor, in the ledger's order: a bar of few pieces keeps its length. */
function byActor(ledger: readonly LedgerRow[]): { who: Actor; cycles: number }[] {
  const sums = new Map<Actor, number>();
  for (const { who, cycles } of ledger) sums.set(who, (sums.get(who) ?? 0) + cycles);
  return [...sums].map(([who, cycles]) => ({ who, cycles })).filter(({ cycles }) => cycles > 0);
}

/** The counts that differ, a row for each run. */
export function fourReasonsTable(
  report: FourReasonsReport,
  title = 'What a frame takes',
): TableReport {
  const columns = [
    { name: 'Run' },
    { name: 'Cycles' },
    { name: 'Exits' },
    { name: 'I/O exits' },
    { name: 'Hypercalls' },
    { name: 'Copies' },
    { name: 'Switches' },
    { name: 'Carried', unit: 'Gb/s' },
  ];
  const rows = runsOf(report).map(([name, { perFrame, cyclesPerFrame, throughputGbps }]) => [
    name,
    Math.round(cyclesPerFrame),
    perFrame.exits,
    perFrame.ioExits,
    perFrame.hypercalls,
    perFrame.copies,
    perFrame.contextSwitches,
    throughputGbps,
  ]);
  return { kind: 'table', title, columns, rows };
}

function runsOf({ all, without }: FourReasonsReport): [string, PathReport][] {
  const runs = Object.entries(without) as [Reason, PathReport][];
  return [
    ['VMBus as it is', all],
    ...runs.map(([reason, run]): [string, PathReport] => [FOUR_REASONS[reason].missing, run]),
  ];
}
