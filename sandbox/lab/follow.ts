import { SECOND } from '../machine/engine/engine.ts';
import { MAX_FRAME, MIN_FRAME } from '../machine/net/frame.ts';
import { ACTIVITIES, ACTORS, WIRE } from '../machine/partition/ledger.ts';
import { completeConfig, PACED } from './options.ts';
import type { CompareConfig, PathName, TimelineReport, TimelineStep } from './report.ts';
import { notesOf } from './step-notes.ts';
import { Testbed } from './testbed.ts';
import { UsageError } from './usage.ts';

/** Frames sent before the one that is followed, so that caches, tables and throttles have settled. */
const WARM_UP = 3;
const TRACE_STEPS = 4096;

/** What `followFrame` takes. */
export interface FollowOptions {
  path: PathName;
  frame?: number;
  line?: string;
  profile?: string;
  seed?: number;
}

/**
 * One frame on an otherwise idle machine, from the application's send to its arrival at the far end, and
 * what still happens because of it afterwards. Times in nanoseconds from the send.
 * @throws UsageError for an option that cannot be
 */
export async function followFrame(options: FollowOptions): Promise<TimelineReport> {
  const { path, ...rest } = options;
  const config = completeConfig({
    ...rest,
    paths: [path],
    load: 'paced',
    frames: WARM_UP + 1,
  });
  if (path === 'emulated' && config.frame > MAX_FRAME)
    throw new UsageError(
      `frame: the emulated adapter takes ${MIN_FRAME} to ${MAX_FRAME} bytes, not ${config.frame}`,
    );
  const bed = record(path, config);
  const { firstSent } = bed.measurement;
  const period = SECOND / PACED;
  const from = firstSent + WARM_UP * period - period / 2;
  const steps: TimelineStep[] = [];
  let sent = Infinity;
  bed.host.engine.trace.forEach((who, what, start, end, detail, bytes) => {
    if (start < from) return;
    if (sent === Infinity && ACTORS[who] === 'guest-user') sent = start;
    if (start < sent || (end === start && ACTORS[who] !== 'guest-user')) return;
    const step = describe(who, what, start - sent, end - sent, detail, bytes);
    steps.push({ ...step, ...notesOf(path, step) });
  });
  steps.sort((a, b) => a.start - b.start);
  const title = `One frame of ${config.frame} bytes on the ${path} path`;
  return { kind: 'timeline', title, path, frame: config.frame, steps };
}

function record(path: PathName, config: CompareConfig): Testbed {
  const bed = new Testbed(path, config, { traceSteps: TRACE_STEPS });
  bed.host.engine.trace.recording = true;
  bed.run();
  return bed;
}

function describe(
  who: number,
  what: number,
  start: number,
  end: number,
  detail?: string,
  bytes?: string,
): TimelineStep {
  const step: TimelineStep = {
    start: start / 1e3,
    end: end / 1e3,
    who: ACTORS[who],
    what: who === WIRE ? 'on the wire' : ACTIVITIES[what],
  };
  if (detail !== undefined) step.detail = detail;
  if (bytes !== undefined) step.bytes = bytes;
  return step;
}
