import { ACTIVITIES, ROOT_KERNEL } from '../../machine/partition/ledger.ts';
import { type CompareOptions, completeConfig } from '../options.ts';
import type { PathName } from '../report.ts';
import { Testbed } from '../testbed.ts';

/** What the root's processors spent on the traffic of all machines, in cycles for each delivered byte. */
export interface RootCost {
  /** By activity: driver, switch, ring, copy, interrupt, scheduling and what else there was. */
  parts: Record<string, number>;
  /** Cycles a byte of all parts. */
  sum: number;
  /** The part of `sum` that the hypervisor spent on these processors. */
  hypervisor: number;
  /** Share of the time that they were busy, as the processors themselves count it. */
  busy: number;
  throughputGbps: number;
}

/**
 * Runs one path and adds up what was charged on the root's processors, step by step as it is charged: the
 * ledger does not say on which processor the hypervisor worked.
 * @throws UsageError for an option that cannot be
 */
export function rootCost(path: PathName, options: CompareOptions = {}): RootCost {
  const bed = new Testbed(path, completeConfig({ ...options, paths: [path] }), { digest: false });
  const { host, measurement } = bed;
  const { trace } = host.engine;
  const cores = host.root.map(({ lp }) => lp);
  const spent: Record<string, number> = {};
  let hypervisor = 0;
  trace.recording = true;
  trace.onStep = (who, what, start, end) => {
    if (!cores.some((core) => core.running)) return;
    spent[ACTIVITIES[what]] = (spent[ACTIVITIES[what]] ?? 0) + end - start;
    if (who !== ROOT_KERNEL) hypervisor += end - start;
  };
  bed.run();
  const { deliveredBytes, lastArrived } = measurement;
  const perByte = (picoseconds: number): number =>
    deliveredBytes === 0 ? 0 : (cores[0]?.cyclesIn(picoseconds) ?? 0) / deliveredBytes;
  const time = lastArrived - bed.start;
  const busy = bed.meter.rootBusy.reduce((sum, spent) => sum + spent, 0);
  const parts = Object.entries(spent).map(([what, time]) => [what, perByte(time)] as const);
  return {
    parts: Object.fromEntries(parts),
    sum: parts.reduce((sum, [, cycles]) => sum + cycles, 0),
    hypervisor: perByte(hypervisor),
    busy: time > 0 ? busy / (time * cores.length) : 0,
    throughputGbps: time > 0 ? (deliveredBytes * 8e3) / time : 0,
  };
}
