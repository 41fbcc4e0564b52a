import { MAX_FRAME } from '../machine/net/frame.ts';
import {
  ACTORS,
  APPLICATION,
  EXITS,
  GUEST_KERNEL,
  GUEST_USER,
  HYPERVISOR,
  type Ledger,
  ROOT_KERNEL,
  ROOT_USER,
} from '../machine/partition/ledger.ts';
import { limitOf } from './metrics/limit.ts';
import { type CompareOptions, completeConfig } from './options.ts';
import { profileOf } from './profile/choice.ts';
import type { CompareConfig, CompareReport, PathName, PathReport, PerFrame } from './report.ts';
import { Testbed, type TestbedOptions } from './testbed.ts';
import { appShareOf, timeOf, waysOf } from './workload/ways.ts';

/**
 * The same workload on each path. Asynchronous so that a page can show one path before the next runs.
 * @throws UsageError for an option that cannot be
 */
export async function compare(options: CompareOptions = {}): Promise<CompareReport> {
  const config = completeConfig(options);
  const paths: CompareReport['paths'] = {};
  for (const path of config.paths) {
    paths[path] = runPath(path, config);
    await Promise.resolve();
  }
  return { kind: 'compare', config, paths };
}

/** One path under the workload of `config`. */
export function runPath(
  path: PathName,
  config: CompareConfig,
  options: TestbedOptions = {},
): PathReport {
  return tooLong(path, config) ? refusal(config) : runBed(path, new Testbed(path, config, options));
}

/** A machine that was brought up runs its workload. */
export function runBed(path: PathName, bed: Testbed): PathReport {
  if (tooLong(path, bed.config)) return refusal(bed.config);
  bed.run();
  return report(path, bed);
}

function tooLong(path: PathName, { frame }: CompareConfig): boolean {
  return path === 'emulated' && frame > MAX_FRAME;
}

/** What the emulated adapter does with a frame longer than its own: the driver's MTU refuses it. */
function refusal(config: CompareConfig): PathReport {
  const { sizes, recorded, ...rest } = config;
  const bed = new Testbed('emulated', { ...rest, frame: MAX_FRAME, frames: 1, vms: 1 });
  const nothing = report('emulated', bed);
  const note = `refused: the DEC 21140's driver takes frames of at most ${MAX_FRAME} bytes, not ${config.frame}`;
  return { ...nothing, limitedBy: 'frame size', note };
}

/** Picoseconds that a run is measured over. */
function elapsed(bed: Testbed): number {
  return timeOf(bed.config, bed.measurement.lastArrived - bed.start);
}

function report(path: PathName, bed: Testbed): PathReport {
  const { measurement, host } = bed;
  const { ledger } = host;
  const time = elapsed(bed);
  const seconds = time / 1e12;
  const { delivered, deliveredBytes } = measurement;
  const cycles = totalCycles(ledger);
  const [p50, p99, p999] = measurement.latencies([0.5, 0.99, 0.999]);
  const resources = bed.meter.resources(time);
  const missing = bed.lost;
  const lossRate = missing / Math.max(1, missing + delivered);
  return {
    deliveredFrames: delivered,
    deliveredBytes,
    deliveredSha256: measurement.digest(),
    traceHash: host.engine.trace.hash,
    throughputGbps: seconds > 0 ? (deliveredBytes * 8) / seconds / 1e9 : 0,
    framesPerSecond: seconds > 0 ? delivered / seconds : 0,
    lossRate,
    latencyUs: { p50, p99, p999 },
    latencyHistogram: measurement.histogram(),
    cyclesPerByte: cycles / Math.max(1, deliveredBytes),
    cyclesPerFrame: cycles / Math.max(1, delivered),
    perFrame: perFrame(
      ledger,
      bed.auditedIoExits(),
      delivered,
      host.engine.events - bed.eventsBefore,
    ),
    exitsBy: exitsBy(ledger, delivered),
    cores: cores(bed, seconds),
    limitedBy: time === 0 ? 'nothing sent' : limitOf(resources, bed.config, lossRate),
    resources,
    ledger: ledger.rows(),
    faults: bed.faults,
    ...rootCoresBusy(path, bed, time),
    ...waysOf(bed),
    ...bed.streams?.report,
    ...appShareOf(bed, time),
    ...refused(path, bed),
  };
}

/** Cycles of all actors for the traffic: without those that an application computes for itself. */
function totalCycles(ledger: Ledger): number {
  const all = ACTORS.reduce((sum, _, who) => sum + ledger.cyclesOf(who), 0);
  return all - ledger.cyclesFor(GUEST_USER, APPLICATION);
}

function perFrame(ledger: Ledger, ioExits: number, frames: number, events: number): PerFrame {
  const mean = (count: number) => count / Math.max(1, frames);
  return {
    exits: mean(ledger.totalExits),
    ioExits: mean(ioExits),
    deviceAccesses: mean(ledger.deviceAccesses),
    hypercalls: mean(ledger.hypercalls),
    copies: mean(ledger.copies),
    copiedBytes: mean(ledger.copiedBytes),
    interrupts: mean(ledger.interrupts),
    contextSwitches: mean(ledger.contextSwitches),
    events: mean(events),
  };
}

function exitsBy(ledger: Ledger, frames: number): Record<string, number> {
  const causes: Record<string, number> = {};
  for (const [i, cause] of EXITS.entries())
    if (ledger.exits[i] > 0) causes[cause] = ledger.exits[i] / Math.max(1, frames);
  return causes;
}

function cores(bed: Testbed, seconds: number): PathReport['cores'] {
  const { ledger } = bed.host;
  const hertz = profileOf(bed.config).ghz * 1e9;
  const busy = (...who: number[]) =>
    seconds > 0
      ? who.reduce((sum, actor) => sum + ledger.cyclesOf(actor), 0) / (hertz * seconds)
      : 0;
  return {
    guest: busy(GUEST_USER, GUEST_KERNEL),
    hypervisor: busy(HYPERVISOR),
    rootKernel: busy(ROOT_KERNEL),
    rootUser: busy(ROOT_USER),
  };
}

/** Adapters that asked for a virtual function and stayed on the synthetic path, and what is against it. */
function refused(path: PathName, { adapters, host }: Testbed): Pick<PathReport, 'note'> {
  const others = path === 'sriov' ? adapters.filter((adapter) => adapter.path !== 'sriov') : [];
  if (others.length === 0) return {};
  const { refusals = [] } = host.management.decisions.get(others[0]) ?? {};
  const why = refusals.map(({ layer, words }) => `${layer}: ${words}`).join(' ');
  return {
    note: `${others.length} of ${adapters.length} adapters have no virtual function. ${why}`,
  };
}

/** With several processors of the root: how busy each was. */
function rootCoresBusy(
  path: PathName,
  bed: Testbed,
  time: number,
): Pick<PathReport, 'rootCoresBusy'> {
  const busy = bed.meter.rootBusy;
  if (busy.length < 2 || path === 'native') return {};
  return { rootCoresBusy: busy.map((spent) => (time > 0 ? Math.min(1, spent / time) : 0)) };
}
