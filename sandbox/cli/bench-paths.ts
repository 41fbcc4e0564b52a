import { completeConfig } from '../lab/options.ts';
import type { PathName } from '../lab/report.ts';
import { Testbed } from '../lab/testbed.ts';

/** Frames a second of 1514 bytes on a 10 Gb/s link: 1e10 / (8 x 1538). */
const REAL_TIME = 812_744;
/** Frames of one round, and rounds: the first ones are for V8, which takes 300,000 to 500,000 frames. */
const FRAMES: Record<PathName, number> = {
  native: 100_000,
  emulated: 10_000,
  vmbus: 100_000,
  sriov: 100_000,
};
const WARM_UP = 5;
const ROUNDS = 15;
/** Frames between two looks at the heap. */
const LOOK = 500;

/** What one path's simulation achieves. */
export interface PathSpeed {
  framesPerSecond: number;
  realTimeFactor: number;
  eventsPerFrame: number;
  /** Bytes of V8's heap allocated for each frame, in steady state. */
  bytesPerFrame: number;
}

/**
 * Speed of a path at its own saturation, 1514-byte transmit: the best of several rounds, in wall time, once
 * the machine's code has been compiled for it.
 */
export function benchPath(path: PathName): PathSpeed {
  const rounds = Array.from({ length: WARM_UP + ROUNDS }, () => measure(path)).slice(WARM_UP);
  const fastest = rounds.reduce((a, b) => (b.framesPerSecond > a.framesPerSecond ? b : a));
  return { ...fastest, bytesPerFrame: allocatedPerFrame(path) };
}

function measure(path: PathName): Omit<PathSpeed, 'bytesPerFrame'> {
  const config = completeConfig({ paths: [path], frames: FRAMES[path] });
  const bed = new Testbed(path, config, { digest: false });
  const begin = performance.now();
  bed.run();
  const seconds = (performance.now() - begin) / 1e3;
  const { delivered } = bed.measurement;
  const framesPerSecond = delivered / seconds;
  return {
    framesPerSecond,
    realTimeFactor: framesPerSecond / REAL_TIME,
    eventsPerFrame: (bed.host.engine.events - bed.eventsBefore) / delivered,
  };
}

/**
 * Bytes allocated for each frame of a run: how much the heap grew between looks, which are close enough
 * together for most of them to have no collection in between; those that had one are left out.
 */
function allocatedPerFrame(path: PathName): number {
  const config = completeConfig({ paths: [path], frames: FRAMES[path] });
  const bed = new Testbed(path, config, { digest: false });
  const { measurement } = bed;
  let allocated = 0;
  let seen = 0;
  let last = process.memoryUsage().heapUsed;
  const inner = measurement.onArrival;
  measurement.onArrival = (flow, time) => {
    inner?.(flow, time);
    if (measurement.delivered % LOOK !== 0) return;
    const now = process.memoryUsage().heapUsed;
    if (now >= last) {
      allocated += now - last;
      seen += LOOK;
    }
    last = process.memoryUsage().heapUsed;
  };
  bed.run();
  return allocated / seen;
}
