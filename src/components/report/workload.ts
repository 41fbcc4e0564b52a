import type { CompareConfig, PathReport, WayReport } from '../../../sandbox/lab/report.ts';
import { gigabits, microseconds, NONE, number, percent, quantity } from './format.ts';

const DIRECTIONS: Record<CompareConfig['direction'], string> = {
  tx: 'transmit',
  rx: 'receive',
  rr: 'request and response',
  both: 'transmit and receive at once',
};

/** What was run, in words: every option that a reader could have set. */
export function configLine(config: CompareConfig): string {
  const { direction, line, vms, inFlight, appShare } = config;
  const words = [framesOf(config), DIRECTIONS[direction], `${line} line`, loadOf(config)];
  if (inFlight !== undefined) words.push(`${number(inFlight)} requests in flight`);
  if (appShare !== undefined) words.push(`an application with ${percent(appShare)} of the guest`);
  if (vms > 1) words.push(`${number(vms)} VMs`);
  return `${words.join(', ')}; ${costs(config)}`;
}

function costs({ profile, mitigations }: CompareConfig): string {
  const whose = profile === 'own' ? 'your own costs' : `costs of ${profile}`;
  return mitigations === undefined
    ? whose
    : `${whose} ${mitigations ? 'with' : 'without'} mitigations`;
}

function framesOf({ frame, sizes, recorded }: CompareConfig): string {
  if (recorded !== undefined)
    return `${number(recorded.length)} recorded frames up to ${quantity(frame, 'B')}`;
  if (sizes === 'imix') return `frames of the simple IMIX`;
  if (sizes !== undefined)
    return `frames of ${number(sizes.length)} sizes up to ${quantity(frame, 'B')}`;
  return `${quantity(frame, 'B')} frames`;
}

function loadOf({ load, arrivals, bulk }: CompareConfig): string {
  if (bulk !== undefined) return streams(bulk);
  const rate = typeof load === 'number' ? `${number(load)} frames/s` : `${load} load`;
  return arrivals === 'poisson' ? `${rate} as a Poisson process` : rate;
}

function streams({
  checksum,
  segmentation,
  coalescing,
}: NonNullable<CompareConfig['bulk']>): string {
  const offloads: string[] = [];
  if (checksum) offloads.push('checksums');
  if (segmentation) offloads.push('segmentation');
  if (coalescing !== false)
    offloads.push(coalescing === true ? 'coalescing' : `coalescing in the ${coalescing}`);
  return offloads.length === 0
    ? 'TCP streams without offloads'
    : `TCP streams with ${offloads.join(', ')}`;
}

/** Rows of the table of results that only some workloads have: a name, and a cell for each path. */
export function workloadRows(paths: readonly PathReport[]): string[][] {
  const rows: string[][] = [];
  const row = <T>(
    name: string,
    of: (path: PathReport) => T | undefined,
    cell: (value: T) => string,
  ) => {
    const values = paths.map((path) => (path.deliveredFrames > 0 ? of(path) : undefined));
    if (values.every((value) => value === undefined)) return;
    rows.push([name, ...values.map((value) => (value === undefined ? NONE : cell(value)))]);
  };
  for (const [key, name] of [
    ['tx', 'transmit'],
    ['rx', 'receive'],
  ] as const) {
    const way = ({ ways }: PathReport): WayReport | undefined => ways?.[key];
    row(`Throughput, ${name}`, way, ({ throughputGbps }) => gigabits(throughputGbps));
    row(`Frames a second, ${name}`, way, ({ framesPerSecond }) => number(framesPerSecond));
    row(`Latency, p50, ${name}`, way, ({ latencyUs }) => microseconds(latencyUs.p50));
    row(`Latency, p99, ${name}`, way, ({ latencyUs }) => microseconds(latencyUs.p99));
    row(`Latency, p99.9, ${name}`, way, ({ latencyUs }) => microseconds(latencyUs.p999));
    row(`Lost, ${name}`, way, ({ lossRate }) => percent(lossRate));
  }
  row('Share of the application', ({ appShare }) => appShare, percent);
  return rows;
}
