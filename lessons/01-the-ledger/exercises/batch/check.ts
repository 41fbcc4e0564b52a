import { type Expectation, runTulip } from 'two-checkboxes';

/** Workloads the driver has to carry: batches of several sizes, one longer than the ring, and none. */
const RUNS = [
  { name: 'batches of 8', burst: 8, frames: 400, frame: 1514, seed: 11 },
  { name: 'batches of 5, small frames', burst: 5, frames: 300, frame: 60, seed: 12 },
  { name: 'batches of 48, more than the ring holds', burst: 48, frames: 480, frame: 600, seed: 13 },
  { name: 'one frame at a time', burst: 1, frames: 100, frame: 1514, seed: 14 },
];

/** Exits for I/O that a frame of each run may cost. */
const ALLOWED = [0.8, 1.2, 0.6, 5.05];

type Work = typeof import('./start.ts');
type Evidence = { delivered: number; faults: number; ioExits: number }[];

export async function measure(work: Work): Promise<Evidence> {
  const evidence: Evidence = [];
  for (const { burst, frames, frame, seed } of RUNS) {
    const run = await runTulip({ driver: work.MyDriver, burst, frames, frame, seed });
    evidence.push({
      delivered: run.deliveredFrames,
      faults: run.faults,
      ioExits: run.perFrame.ioExits,
    });
  }
  return evidence;
}

export function judge(evidence: Evidence): Expectation[] {
  return RUNS.flatMap(({ name, frames }, i) => {
    const { delivered, faults, ioExits } = evidence[i];
    return [
      {
        name: `${name}: every frame arrives, intact and in order`,
        passed: delivered === frames && faults === 0,
        wanted: `${frames} frames, 0 faults`,
        seen: `${delivered} frames, ${faults} faults`,
      },
      {
        name: `${name}: exits for I/O per frame`,
        passed: delivered > 0 && ioExits <= ALLOWED[i],
        wanted: `at most ${ALLOWED[i]}`,
        seen: ioExits.toFixed(2),
      },
    ];
  });
}
