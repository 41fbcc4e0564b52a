import { type Expectation, Random, runTulip } from 'two-checkboxes';

/**
 * Workloads the driver has to carry, drawn anew for each check: batches of several sizes, one longer than
 * the ring, and none. `allowed` is what a frame may cost in exits for I/O.
 */
function runsOf(seed: number) {
  const random = new Random(seed);
  const from = (least: number, most: number) => least + random.below(most - least + 1);
  const batch = (burst: number, count: number, frame: number, allowed: number) => {
    return { burst, frames: burst * count, frame, allowed, seed: random.next() };
  };
  const [short, odd, long] = [from(6, 12), from(3, 5), from(40, 56)];
  return [
    { name: `batches of ${short}`, ...batch(short, 40, 1514, 6.4 / short) },
    { name: `batches of ${odd}, small frames`, ...batch(odd, 60, from(60, 120), 6.4 / odd) },
    {
      name: `batches of ${long}, more than the ring holds`,
      ...batch(long, 10, from(300, 900), 0.6),
    },
    { name: 'one frame at a time', ...batch(1, 100, from(1000, 1514), 5.05) },
  ];
}

type Work = typeof import('./start.ts');
type Evidence = { delivered: number; faults: number; ioExits: number }[];

export async function measure(work: Work, seed: number): Promise<Evidence> {
  const evidence: Evidence = [];
  for (const { burst, frames, frame, seed: own } of runsOf(seed)) {
    const run = await runTulip({ driver: work.MyDriver, burst, frames, frame, seed: own });
    evidence.push({
      delivered: run.deliveredFrames,
      faults: run.faults,
      ioExits: run.perFrame.ioExits,
    });
  }
  return evidence;
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
        wanted: `at most ${allowed.toFixed(2)}`,
        seen: ioExits.toFixed(2),
      },
    ];
  });
}
