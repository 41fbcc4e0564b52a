import type { TulipDriver } from '../machine/guest/tulip/driver.ts';
import { runPath } from './compare.ts';
import { completeConfig } from './options.ts';
import type { PathReport } from './report.ts';

/** What `runTulip` takes. */
export interface TulipOptions {
  /** The driver to put into the guest: TulipDriver or a class that extends it. */
  driver?: typeof TulipDriver;
  frames?: number;
  frame?: number;
  load?: 'max' | 'paced' | number;
  /** Frames that the application hands to the stack back to back. */
  burst?: number;
  direction?: 'tx' | 'rx' | 'rr';
  profile?: string;
  seed?: number;
}

/** Events of a probe, about twice over, and those that a frame may take: the usual driver needs under 60. */
const PROBE_EVENTS = 400_000;
const FRAME_EVENTS = 500;

/**
 * The emulated path with a driver of your own.
 * @throws UsageError for an option that cannot be; EngineError when the machine never comes to rest, as
 * with a handler that leaves its interrupt on
 */
export async function runTulip(options: TulipOptions = {}): Promise<PathReport> {
  const { driver, burst, ...rest } = options;
  const config = completeConfig({ frames: 400, ...rest, paths: ['emulated'] });
  const maxEvents = PROBE_EVENTS + FRAME_EVENTS * (config.frames ?? 0);
  return runPath('emulated', config, { burst, drivers: { tulip: driver }, maxEvents });
}
