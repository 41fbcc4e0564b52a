import type { CompareReport, PathReport } from '../../../sandbox/lab/report.ts';
import { HOST } from '../report/actors.ts';
import { cyclesOf } from '../report/compare.ts';
import { microseconds, number } from '../report/format.ts';
import type { Lane } from './routes.ts';

export const LANES: readonly Lane[] = ['emulated', 'vmbus', 'sriov'];

/** What stands beside each lane, for one frame. */
export const METERS: readonly [label: string, value: (path: PathReport) => string][] = [
  ['exits', (path) => number(path.perFrame.exits)],
  ['copies', (path) => number(path.perFrame.copies)],
  ['interrupts', (path) => number(path.perFrame.interrupts)],
  ['host cycles', (path) => number(cyclesOf(path, HOST))],
  ['latency', (path) => microseconds(path.latencyUs.p50)],
];

/** The slowest lane takes this many seconds in the drawing, the others in proportion. */
const SLOWEST = 4.5;

export interface Pace {
  seconds: Record<Lane, number>;
  /** What is said about it. */
  words: string;
}

/** How long the frame takes in each lane of the drawing, from the latencies that the model found. */
export function pace(report: CompareReport | undefined): Pace {
  const latency = (lane: Lane) => report?.paths[lane]?.latencyUs.p50 ?? Number.NaN;
  const slowest = Math.max(0, ...LANES.map(latency).filter(Number.isFinite));
  const seconds = (lane: Lane) =>
    slowest > 0 ? Math.max(0.15, (SLOWEST * (latency(lane) || 0)) / slowest) : 2;
  const factor = slowest > 0 ? Number(((SLOWEST * 1e6) / slowest).toPrecision(2)) : 0;
  return {
    seconds: { emulated: seconds('emulated'), vmbus: seconds('vmbus'), sriov: seconds('sriov') },
    words: factor > 0 ? `Slowed down ${number(factor)} times.` : '',
  };
}
