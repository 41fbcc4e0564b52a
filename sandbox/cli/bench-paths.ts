import { completeConfig } from '../lab/options.ts';
import type { PathName } from '../lab/report.ts';
import { Testbed } from '../lab/testbed.ts';

/** Frames a second of 1514 bytes on a 10 Gb/s link: 1e10 / (8 x 1538). */
const REAL_TIME = 812_744;
const FRAMES: Record<PathName, number> = {
  native: 300_000,
  emulated: 20_000,
  vmbus: 200_000,
  sriov: 300_000,
};
const ROUNDS = 3;

/** What one path's simulation achieves. */
export interface PathSpeed {
  framesPerSecond: number;
  realTimeFactor: number;
  eventsPerFrame: number;
}

/** Speed of each path at its own saturation, 1514-byte transmit: the best of several rounds. */
export function benchPaths(): Partial<Record<PathName, PathSpeed>> {
  const speeds: Partial<Record<PathName, PathSpeed>> = {};
  for (const path of ['emulated', 'vmbus', 'sriov'] as const) {
    const rounds = Array.from({ length: ROUNDS }, () => measure(path));
    speeds[path] = rounds.reduce((a, b) => (b.framesPerSecond > a.framesPerSecond ? b : a));
  }
  return speeds;
}

function measure(path: PathName): PathSpeed {
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
