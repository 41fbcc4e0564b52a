import { type Expectation, loadTrials, Random } from 'two-checkboxes';

type Work = typeof import('./start.ts');

interface Evidence {
  trials: number;
  /** What the search returned, and why it returned nothing, or nothing of use. */
  found: number;
  ended: string;
}

const MOST_TRIALS = 15;

type TrialOptions = NonNullable<Parameters<typeof loadTrials>[1]>;

/** Machines to search on, with other frames each time. */
function machinesOf(seed: number) {
  const random = new Random(seed);
  const from = (least: number, most: number) => least + random.below(most - least + 1);
  const machine = (name: string, path: 'vmbus' | 'sriov', options: TrialOptions) => {
    return { name, path, options: { direction: 'rx', ...options, seed: random.next() } as const };
  };
  const skylake = 'skylake-2017';
  return [
    machine('VMBus, receive', 'vmbus', { frame: from(1000, 1514) }),
    machine('SR-IOV, small frames', 'sriov', { frame: from(80, 180) }),
    machine('SR-IOV, large frames', 'sriov', { frame: from(1300, 1514) }),
    machine('VMBus, another year', 'vmbus', { frame: from(1000, 1514), profile: skylake }),
    machine('VMBus, send', 'vmbus', { frame: from(600, 900), line: '25G', direction: 'tx' }),
  ];
}

export async function measure(work: Work, seed: number): Promise<Evidence[]> {
  return machinesOf(seed).map(({ path, options }) => {
    const { most, holds } = loadTrials(path, options);
    let trials = 0;
    try {
      const found: unknown = work.highestLoad((load) => {
        if (++trials > MOST_TRIALS) throw new Error(`it was ended at trial ${trials}`);
        return holds(load);
      }, most);
      const valid =
        typeof found === 'number' && Number.isInteger(found) && found >= 1 && found <= most;
      if (!valid) return { trials, found: 0, ended: `it returned ${String(found)}` };
      return { trials, found, ended: '' };
    } catch (error) {
      const ended = error instanceof Error ? error.message : String(error);
      return { trials, found: 0, ended };
    }
  });
}

/** Tries what was found, and five per cent more, on the same machines. */
export function judge(evidence: Evidence[], seed: number): Expectation[] {
  return machinesOf(seed).map(({ name, path, options }, i) => {
    const { trials, found, ended } = evidence[i];
    const { most, holds } = loadTrials(path, options);
    const enough = ended === '' && holds(found);
    const more = Math.min(most, Math.round(found * 1.05));
    const moreHolds = ended === '' && more > found && holds(more);
    const fate = !enough
      ? 'does not hold'
      : moreHolds
        ? 'holds, and so does more'
        : 'holds, and more does not';
    return {
      name: `${name}, frames of ${options.frame} bytes`,
      passed: enough && !moreHolds && trials <= MOST_TRIALS,
      wanted: `the highest load up to ${most} that holds, in ${MOST_TRIALS} trials or fewer`,
      seen: ended !== '' ? ended : `${found} after ${trials} trials, which ${fate}`,
    };
  });
}
