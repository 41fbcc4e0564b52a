import type { Measurement } from '../measure.ts';
import type { CompareConfig, PathReport } from '../report.ts';
import { Sha256 } from '../sha256.ts';
import type { Testbed } from '../testbed.ts';
import type { WayReport } from './config.ts';
import { missing } from './ends.ts';

/**
 * What a report has beside the usual for traffic in both directions: each of them, over its own time where the
 * run has no fixed one, and the digest of both digests, the sent frames' first.
 */
export function waysOf(bed: Testbed): Pick<PathReport, 'ways'> & { deliveredSha256?: string } {
  const { ways, peerCheck, guestCheck } = bed.ends;
  if (ways === undefined) return {};
  const { streams, config } = bed;
  const tx = wayReport(bed, ways.tx, streams?.lostOf('tx') ?? missing(peerCheck, config));
  const rx = wayReport(bed, ways.rx, streams?.lostOf('rx') ?? missing(guestCheck, config));
  const digests = [tx.deliveredSha256, rx.deliveredSha256];
  return { deliveredSha256: digestOf(digests), ways: { tx, rx } };
}

/** What a report has beside the usual when an application takes a share of the guests' processors. */
export function appShareOf({ applications }: Testbed, time: number): Pick<PathReport, 'appShare'> {
  return applications === undefined ? {} : { appShare: applications.got(time) };
}

function wayReport(bed: Testbed, way: Measurement, lost: number): WayReport {
  const { delivered, deliveredBytes } = way;
  const seconds = timeOf(bed.config, way.lastArrived - bed.start) / 1e12;
  const [p50, p99, p999] = way.latencies([0.5, 0.99, 0.999]);
  return {
    deliveredFrames: delivered,
    deliveredBytes,
    deliveredSha256: way.digest(),
    throughputGbps: seconds > 0 ? (deliveredBytes * 8) / seconds / 1e9 : 0,
    framesPerSecond: seconds > 0 ? delivered / seconds : 0,
    lossRate: lost / Math.max(1, lost + delivered),
    latencyUs: { p50, p99, p999 },
  };
}

/** Picoseconds that a run is measured over: what was asked for, or until the last arrival. */
export function timeOf({ durationMs }: CompareConfig, untilLast: number): number {
  return durationMs !== undefined ? Math.round(durationMs * 1e9) : Math.max(0, untilLast);
}

function digestOf(digests: readonly string[]): string {
  if (digests.includes('')) return '';
  const all = new Sha256();
  for (const hex of digests)
    all.update(Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));
  return all.digest();
}
