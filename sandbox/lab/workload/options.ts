import { MIN_FRAME } from '../../machine/net/frame.ts';
import type { CompareOptions } from '../options.ts';
import type { CompareConfig } from '../report.ts';
import { UsageError } from '../usage.ts';
import { completeRecording, rateOf } from './recorded.ts';
import { completeSizes, lengthsOf } from './sizes.ts';

/** Options of a workload, beside those that every comparison has. */
export const WORKLOAD_OPTIONS = ['arrivals', 'sizes', 'recorded', 'inFlight', 'appShare'] as const;

/** Most requests under way: of a flow, and of all of them, which is fewer than a receive ring holds. */
export const FLOW_WINDOW = 64;
export const WINDOW_FRAMES = 384;
const MOST_SHARE = 0.95;
/** Milliseconds of traffic in both directions at once, as fast as it goes, unless said otherwise. */
const BOTH_WAYS_MS = 10;

/**
 * Fills in how the frames come. What was not said stays out of the configuration.
 * @throws UsageError for what cannot be, or contradicts something else
 */
export function completeWorkload(config: CompareConfig, options: CompareOptions): void {
  if (options.recorded !== undefined) completeRecorded(config, options);
  if (options.sizes !== undefined) {
    config.sizes = completeSizes(options.sizes);
    config.frame = longest(lengthsOf(config.sizes), options, 'sizes');
  }
  completeArrivals(config, options);
  completeInFlight(config, options);
  const { appShare } = options;
  if (appShare === undefined) return;
  if (!(typeof appShare === 'number' && appShare >= 0 && appShare <= MOST_SHARE))
    throw new UsageError(`appShare: ${String(appShare)} is not a share from 0 to ${MOST_SHARE}`);
  config.appShare = appShare;
}

/** Frames or milliseconds of a workload that usually has others than a comparison; undefined for the usual. */
export function usualLength(
  config: CompareConfig,
): Pick<CompareConfig, 'frames' | 'durationMs'> | undefined {
  if (config.recorded !== undefined) return { frames: config.recorded.length * config.vms };
  if (config.direction === 'both' && config.load === 'max') return { durationMs: BOTH_WAYS_MS };
  return undefined;
}

function completeRecorded(config: CompareConfig, options: CompareOptions): void {
  refuseBeside('recorded', options, ['sizes', 'arrivals', 'inFlight']);
  const recorded = completeRecording(options.recorded);
  const lengths = recorded.map(({ length }) => length);
  const load = rateOf(recorded);
  if (options.load !== undefined && options.load !== load)
    throw new UsageError('recorded and load: the recording has its own times; leave load out');
  config.recorded = recorded;
  config.frame = longest(lengths, options, 'recorded');
  config.load = load;
}

/** The longest of `lengths`, which is what `frame` says if anybody says it. */
function longest(lengths: readonly number[], { frame }: CompareOptions, name: string): number {
  const most = lengths.reduce((a, b) => Math.max(a, b), MIN_FRAME);
  if (frame !== undefined && frame !== most)
    throw new UsageError(`${name} and frame: give one of them, not both`);
  return most;
}

function completeArrivals(config: CompareConfig, { arrivals }: CompareOptions): void {
  if (arrivals === undefined) return;
  if (arrivals !== 'regular' && arrivals !== 'poisson')
    throw new UsageError(`arrivals: '${String(arrivals)}' is not one of regular, poisson`);
  if (config.load === 'max')
    throw new UsageError(
      'arrivals: load max has no clock; give load as paced or in frames a second',
    );
  config.arrivals = arrivals;
}

function completeInFlight(config: CompareConfig, { inFlight }: CompareOptions): void {
  if (inFlight === undefined) return;
  if (!(Number.isInteger(inFlight) && inFlight >= 1 && inFlight <= FLOW_WINDOW))
    throw new UsageError(
      `inFlight: ${String(inFlight)} is not a whole number from 1 to ${FLOW_WINDOW}`,
    );
  if (config.direction !== 'rr')
    throw new UsageError('inFlight: requests are under way in direction rr only');
  if (config.load !== 'max')
    throw new UsageError('inFlight: a load by the clock waits for no reply; leave load out');
  const all = inFlight * config.vms * config.queues;
  if (inFlight > 1 && all > WINDOW_FRAMES)
    throw new UsageError(
      `inFlight: ${inFlight} of each of ${config.vms * config.queues} flows are ${all}, more than the ${WINDOW_FRAMES} that receive rings hold`,
    );
  config.inFlight = inFlight;
}

function refuseBeside(
  name: string,
  options: CompareOptions,
  others: readonly (keyof CompareOptions)[],
): void {
  for (const other of others)
    if (options[other] !== undefined)
      throw new UsageError(`${name} and ${other}: give one of them, not both`);
}
