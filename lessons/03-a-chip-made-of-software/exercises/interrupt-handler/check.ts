import { type Expectation, Random, runTulip, UsageError } from 'two-checkboxes';

/**
 * What the handler has to serve: single frames in each direction, floods, and both at once. Sizes, counts and
 * seeds are drawn anew for each check; `allowed` is what a frame may cost in exits for I/O.
 */
function runsOf(seed: number) {
  const random = new Random(seed);
  const from = (least: number, most: number) => least + random.below(most - least + 1);
  const run = (
    name: string,
    direction: 'tx' | 'rx' | 'rr',
    load: 'max' | 'paced' | number,
    allowed: number,
    frame: number,
  ) => {
    const frames = load === 'max' && direction !== 'rr' ? from(500, 900) : from(120, 180);
    return { name, direction, load, allowed, frame, frames, seed: random.next() };
  };
  return [
    run('sent singly', 'tx', 'paced', 5.05, from(1000, 1514)),
    run('received singly', 'rx', 'paced', 9.05, from(1000, 1514)),
    run('sent as fast as possible', 'tx', 'max', 5.05, from(60, 100)),
    run('received as fast as they come', 'rx', 'max', 0.5, from(500, 700)),
    run('received in close order', 'rx', 30_000, 4, from(150, 250)),
    run('request and response', 'rr', 'max', 14, from(200, 400)),
  ];
}

type Work = typeof import('./start.ts');
type Evidence = { delivered: number; faults: number; ioExits: number }[];

export async function measure(work: Work, seed: number): Promise<Evidence> {
  const evidence: Evidence = [];
  for (const { name: _, allowed: __, ...options } of runsOf(seed))
    evidence.push(await one(work, options));
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

export function judge(evidence: Evidence, seed: number): Expectation[] {
  return runsOf(seed).flatMap(({ name, frames, allowed }, i) => {
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
