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

/**
 * The emulated path with a driver of your own.
 * @throws UsageError for an option that cannot be
 */
export async function runTulip(options: TulipOptions = {}): Promise<PathReport> {
  const { driver, burst, ...rest } = options;
  const config = completeConfig({ frames: 400, ...rest, paths: ['emulated'] });
  return runPath('emulated', config, { burst, drivers: { tulip: driver } });
}
