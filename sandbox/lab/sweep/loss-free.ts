import { runPath } from '../compare.ts';
import { LINES } from '../options.ts';
import type { CompareConfig, PathName } from '../report.ts';
import { Testbed } from '../testbed.ts';
import { UsageError } from '../usage.ts';
import { lengthsOf } from '../workload/sizes.ts';

/**
 * The highest load that a path carries without loss, by bisection: what RFC 2544, section 26.1, calls its
 * throughput. A sender that is held back loses nothing, so a load also has to be kept up with.
 */

/** Share of the offered rate at which frames have to arrive: the end of a run blurs it a little. */
const PACE = 0.98;
/**
 * Seconds between two times that a guest's application sends: a clock for each frame would take more of the
 * guest than the frames. An assumption; traffic generators pace themselves by ticks of this kind.
 */
const TICK_SECONDS = 50e-6;
/** The search ends when the loads that held and did not hold are this close. */
const RATIO = 1.02;
/** Seconds that a trial lasts at least, so that a backlog of one interrupt does not decide it. */
const TRIAL_SECONDS = 0.005;
const MOST_TRIAL_FRAMES = 20_000;
/** Preamble, start delimiter, frame check sequence and gap between frames, in bytes. */
const OVERHEAD = 24;

/** One trial: `load` in frames a second and VM. */
export interface Trial {
  load: number;
  /** Share of the frames that did not arrive. */
  lossRate: number;
  /** Whether all arrived, as fast as they were offered. */
  held: boolean;
}

/** `load` is the highest that held; `frames` and `burst` are how its trial sent it. */
export interface LossFree {
  load: number;
  frames: number;
  burst: number;
  trials: Trial[];
}

/**
 * Searches between nothing and the line's own rate, from what the path does when it is sent as much as it takes.
 * @throws UsageError when not even a frame a second arrives
 */
export function searchLossFree(path: PathName, config: CompareConfig): LossFree {
  const trials: Trial[] = [];
  const found = (load: number): LossFree => ({ load, ...sending(config, load), trials });
  const closed = runPath(path, { ...config, load: 'max' });
  // What the path refuses to carry it carries at no load.
  if (closed.limitedBy === 'frame size') return found(1);
  const tryLoad = trialsOf(path, config);
  const holds = (load: number): boolean => {
    const trial = tryLoad(load);
    trials.push(trial);
    return trial.held;
  };
  const most = lineRate(config);
  const taken = Math.max(1, Math.floor(closed.framesPerSecond / config.vms));
  let high = Math.min(most, Math.ceil(taken * 1.1));
  let low = 0;
  while (holds(high)) {
    if (high === most) return found(most);
    low = high;
    high = Math.min(most, high * 2);
  }
  for (let below = Math.ceil(high / 2); low === 0; below = Math.ceil(below / 2)) {
    if (holds(below)) low = below;
    else if (below === 1)
      throw new UsageError(`${path}: not even a frame a second arrives without loss`);
    else high = below;
  }
  while (high > low * RATIO && high - low > 1) {
    const middle = Math.round((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return found(low);
}

/** Frames a second and VM that the line has room for. */
export function lineRate({ line, frame, sizes, vms }: CompareConfig): number {
  const lengths = sizes === undefined ? [frame] : lengthsOf(sizes);
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  return Math.max(1, Math.floor((LINES[line] * 1e9) / (8 * (mean + OVERHEAD) * vms)));
}

/** How many frames a trial sends, and how many of a flow at a time. */
function sending({ frames = 1, vms, queues }: CompareConfig, load: number) {
  const enough = Math.min(MOST_TRIAL_FRAMES, Math.ceil(load * vms * TRIAL_SECONDS));
  const burst = Math.max(1, Math.round((load / queues) * TICK_SECONDS));
  return { frames: Math.max(frames, enough), burst };
}

/** Tries a path at one load after another, all counted from the same start. */
export function trialsOf(path: PathName, config: CompareConfig): (load: number) => Trial {
  const first = firstArrival(path, config);
  return (load) => tryLoad(path, config, load, first);
}

/** Picoseconds from the start of a run until the first frame arrives, when it is alone. */
function firstArrival(path: PathName, config: CompareConfig): number {
  const bed = new Testbed(path, { ...config, load: 1, frames: 1 }, { digest: false });
  bed.run();
  return bed.measurement.lastArrived - bed.start;
}

function tryLoad(path: PathName, config: CompareConfig, load: number, first: number): Trial {
  const { frames, burst } = sending(config, load);
  const bed = new Testbed(path, { ...config, load, frames }, { digest: false, burst });
  bed.run();
  const { delivered, lastArrived } = bed.measurement;
  // What is sent at a tick may take until the next.
  const tick = burst > 1 ? TICK_SECONDS * 1e12 : 0;
  const offered = (load * config.vms * (lastArrived - bed.start - first - tick)) / 1e12;
  const held = delivered === frames && delivered >= PACE * offered;
  return { load, lossRate: (frames - delivered) / frames, held };
}
