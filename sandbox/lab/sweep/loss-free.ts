import { runPath } from '../compare.ts';
import { LINES } from '../options.ts';
import type { CompareConfig, PathName } from '../report.ts';
import { Testbed } from '../testbed.ts';
import { UsageError } from '../usage.ts';

/**
 * The highest load that a path carries without loss, by bisection: what RFC 2544, section 26.1, calls its
 * throughput. A sender that is held back loses nothing, so a load also has to be kept up with.
 */

/** Share of the offered rate at which frames have to arrive: the two ends of a run blur it a little. */
const PACE = 0.98;
/** The search ends when the loads that held and did not hold are this close. */
const RATIO = 1.02;
/** Seconds that a trial lasts at least, so that a backlog of one interrupt does not decide it. */
const TRIAL_SECONDS = 0.003;
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

/** `load` is the highest that held; `frames` is how many its trial sent. */
export interface LossFree {
  load: number;
  frames: number;
  trials: Trial[];
}

/**
 * Searches between nothing and the line's own rate, from what the path does when it is sent as much as it takes.
 * @throws UsageError when not even a frame a second arrives
 */
export function searchLossFree(path: PathName, config: CompareConfig): LossFree {
  const trials: Trial[] = [];
  const holds = (load: number): boolean => {
    const trial = tryLoad(path, config, load);
    trials.push(trial);
    return trial.held;
  };
  const found = (load: number) => ({ load, frames: trialFrames(config, load), trials });
  const closed = runPath(path, { ...config, load: 'max' });
  // What the path refuses to carry it carries at no load.
  if (closed.limitedBy === 'frame size') return found(1);
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
function lineRate({ line, frame, vms }: CompareConfig): number {
  return Math.max(1, Math.floor((LINES[line] * 1e9) / (8 * (frame + OVERHEAD) * vms)));
}

function trialFrames({ frames = 1, vms }: CompareConfig, load: number): number {
  const enough = Math.min(MOST_TRIAL_FRAMES, Math.ceil(load * vms * TRIAL_SECONDS));
  return Math.max(frames, enough);
}

function tryLoad(path: PathName, config: CompareConfig, load: number): Trial {
  const frames = trialFrames(config, load);
  const bed = new Testbed(path, { ...config, load, frames }, { digest: false });
  bed.run();
  const { delivered, firstArrived, lastArrived } = bed.measurement;
  const offered = (load * config.vms * (lastArrived - firstArrived)) / 1e12;
  const held = delivered === frames && delivered - 1 >= PACE * offered;
  return { load, lossRate: (frames - delivered) / frames, held };
}
