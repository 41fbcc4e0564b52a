import { type Expectation, runTulip, UsageError } from 'two-checkboxes';

/** What the handler has to serve: single frames in each direction, floods, and both at once. */
const RUNS = [
  {
    name: 'sent singly',
    direction: 'tx',
    load: 'paced',
    frames: 150,
    frame: 1514,
    seed: 21,
    allowed: 5.05,
  },
  {
    name: 'received singly',
    direction: 'rx',
    load: 'paced',
    frames: 150,
    frame: 1514,
    seed: 22,
    allowed: 9.05,
  },
  {
    name: 'sent as fast as possible',
    direction: 'tx',
    load: 'max',
    frames: 500,
    frame: 60,
    seed: 23,
    allowed: 5.05,
  },
  {
    name: 'received as fast as they come',
    direction: 'rx',
    load: 'max',
    frames: 900,
    frame: 600,
    seed: 24,
    allowed: 0.5,
  },
  {
    name: 'received in close order',
    direction: 'rx',
    load: 30_000,
    frames: 400,
    frame: 200,
    seed: 25,
    allowed: 4,
  },
  {
    name: 'request and response',
    direction: 'rr',
    load: 'max',
    frames: 150,
    frame: 300,
    seed: 26,
    allowed: 14,
  },
] as const;

type Work = typeof import('./start.ts');
type Evidence = { delivered: number; faults: number; ioExits: number }[];

export async function measure(work: Work): Promise<Evidence> {
  const evidence: Evidence = [];
  for (const { direction, load, frames, frame, seed } of RUNS)
    evidence.push(await one(work, { direction, load, frames, frame, seed }));
  return evidence;
}

/** A handler that never ends, or asks for what is not there, fails its run and no other. */
async function one(work: Work, options: object) {
  try {
    const run = await runTulip({ driver: work.MyDriver, ...options });
    return { delivered: run.deliveredFrames, faults: run.faults, ioExits: run.perFrame.ioExits };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return { delivered: 0, faults: 0, ioExits: 0 };
  }
}

export function judge(evidence: Evidence): Expectation[] {
  return RUNS.flatMap(({ name, frames, allowed }, i) => {
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
        passed: delivered > 0 && ioExits <= allowed,
        wanted: `at most ${allowed}`,
        seen: ioExits.toFixed(2),
      },
    ];
  });
}
