import type {
  CompareReport,
  PathName,
  PathReport,
  Report,
  TimelineStep,
  WalkReport,
} from '../lab/report.ts';
import { printRepeat, printSensitivity } from './print-metrics.ts';
import { printSweep } from './print-sweep.ts';
import { format, printTable } from './print-table.ts';
import { describeWorkload, workloadRows } from './print-workload.ts';

/** Prints a report for people. */
export function printReport(report: Report): void {
  switch (report.kind) {
    case 'compare':
      printCompare(report);
      break;
    case 'sweep':
      printSweep(report);
      break;
    case 'repeat':
      printRepeat(report);
      break;
    case 'sensitivity':
      printSensitivity(report);
      break;
    case 'timeline':
    case 'architecture':
      printTimeline(report);
      break;
    case 'walk':
      printWalk(report);
      break;
    case 'table':
      console.log(report.title);
      printTable([report.columns.map(({ name, unit }) => withUnit(name, unit)), ...report.rows]);
      break;
    case 'text':
      console.log(report.text);
      break;
    case 'bus-map':
      console.log(report.title);
      printTable([
        ['function', 'what', 'state'],
        ...report.functions.map(({ place, name, state }) => [place, name, state]),
      ]);
      break;
    case 'address-map':
      console.log(report.title);
      printTable([
        ['from', 'bytes', 'what', 'in use'],
        ...report.parts.map(({ start, size, name, used }) => [
          `0x${start.toString(16)}`,
          size,
          name,
          used ? 'yes' : 'no',
        ]),
      ]);
      break;
    case 'capture':
      console.log(`${report.name}: ${report.frames} frames, ${report.bytes.length} bytes`);
      break;
    default:
      console.log(JSON.stringify(report, null, 2));
  }
}

function withUnit(name: string, unit: string | undefined): string {
  return unit === undefined ? name : `${name} (${unit})`;
}

const ROWS: [string, (path: PathReport) => number | string][] = [
  ['exits per frame', (path) => path.perFrame.exits],
  ['exits for I/O per frame', (path) => path.perFrame.ioExits],
  ['device accesses per frame', (path) => path.perFrame.deviceAccesses],
  ['copies per frame', (path) => path.perFrame.copies],
  ['interrupts per frame', (path) => path.perFrame.interrupts],
  ['cycles per frame', (path) => Math.round(path.cyclesPerFrame)],
  ['throughput (Gb/s)', (path) => path.throughputGbps],
  ['frames per second', (path) => Math.round(path.framesPerSecond)],
  ['latency p50 (µs)', (path) => path.latencyUs.p50],
  ['latency p99 (µs)', (path) => path.latencyUs.p99],
  ['latency p99.9 (µs)', (path) => path.latencyUs.p999],
  ['cores: guest', (path) => path.cores.guest],
  ['cores: hypervisor', (path) => path.cores.hypervisor],
  ['cores: root kernel', (path) => path.cores.rootKernel],
  ['cores: root user', (path) => path.cores.rootUser],
  ['lost', (path) => path.lossRate],
  ['limited by', (path) => path.limitedBy],
];

function printCompare(report: CompareReport): void {
  const paths = Object.entries(report.paths) as [PathName, PathReport][];
  console.log(describeWorkload(report.config));
  const head = ['', ...paths.map(([name]) => name)];
  const rows = ROWS.map(([name, value]) => [name, ...paths.map(([, path]) => value(path))]);
  printTable([head, ...rows, ...workloadRows(paths)]);
  for (const [name, { exitsBy }] of paths)
    console.log(`${name}, exits per frame: ${causes(exitsBy)}`);
  for (const [name, { note }] of paths) if (note !== undefined) console.log(`${name}: ${note}`);
}

function causes(exitsBy: Record<string, number>): string {
  const parts = Object.entries(exitsBy).map(([cause, count]) => `${cause} ${format(count)}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function printTimeline(report: { title: string; steps: TimelineStep[] }): void {
  console.log(report.title);
  const rows = report.steps.map((step) => [
    Math.round(step.start),
    Math.round(step.end),
    step.who,
    step.what,
    step.detail ?? '',
  ]);
  printTable([['from (ns)', 'to (ns)', 'who', 'what', 'detail'], ...rows]);
}

function printWalk(report: WalkReport): void {
  console.log(report.title);
  const rows = report.entries.map(({ table, index, address, words, fields }) => [
    table,
    index,
    `0x${address.toString(16)}`,
    words.map((word) => word.toString(16).padStart(8, '0')).join(' '),
    fields.map(({ name, value }) => `${name} ${value}`).join(', '),
  ]);
  printTable([['table', 'entry', 'at', 'words', 'says'], ...rows]);
  console.log(report.result.join(': '));
}
