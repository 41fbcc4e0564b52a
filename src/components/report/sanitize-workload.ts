import type {
  PathReport,
  RecordedFrame,
  WayReport,
  WorkloadConfig,
} from '../../../sandbox/lab/report.ts';
import { num, object, type Raw, str } from './sanitize-tools.ts';

/** Frame lengths and recorded frames of a workload that are kept; a page only counts them. */
const MOST_SIZES = 10_000;
const MOST_RECORDED = 200_000;

/** How the frames came, as far as it is said. */
export function workloadConfig(raw: Raw): WorkloadConfig {
  const config: WorkloadConfig = {};
  const { arrivals, sizes, recorded, inFlight, appShare } = raw;
  if (arrivals === 'regular' || arrivals === 'poisson') config.arrivals = arrivals;
  if (sizes === 'imix') config.sizes = sizes;
  else if (Array.isArray(sizes)) config.sizes = sizes.slice(0, MOST_SIZES).map(num);
  if (Array.isArray(recorded)) config.recorded = recorded.slice(0, MOST_RECORDED).map(frame);
  if (typeof inFlight === 'number') config.inFlight = inFlight;
  if (typeof appShare === 'number') config.appShare = appShare;
  return config;
}

/** What a path has to say of a workload beside the usual. */
export function workloadResults(raw: Raw): Pick<PathReport, 'ways' | 'appShare'> {
  const results: Pick<PathReport, 'ways' | 'appShare'> = {};
  const ways = object(raw.ways);
  if ('tx' in ways && 'rx' in ways) results.ways = { tx: way(ways.tx), rx: way(ways.rx) };
  if (typeof raw.appShare === 'number') results.appShare = raw.appShare;
  return results;
}

function frame(value: unknown): RecordedFrame {
  const { length, time } = object(value);
  return { length: num(length), time: num(time) };
}

function way(value: unknown): WayReport {
  const raw = object(value);
  const latency = object(raw.latencyUs);
  return {
    deliveredFrames: num(raw.deliveredFrames),
    deliveredBytes: num(raw.deliveredBytes),
    deliveredSha256: str(raw.deliveredSha256),
    throughputGbps: num(raw.throughputGbps),
    framesPerSecond: num(raw.framesPerSecond),
    lossRate: num(raw.lossRate),
    latencyUs: { p50: num(latency.p50), p99: num(latency.p99), p999: num(latency.p999) },
  };
}
