import { type Expectation, loadTrials, Random } from 'two-checkboxes';

type Work = typeof import('./start.ts');

interface Evidence {
  trials: number;
  /** What the search returned, and why it returned nothing, or nothing of use. */
  found: number;
  ended: string;
}

const MOST_TRIALS = 15;

/** Machines to search on, with other frames each time. */
function machinesOf(seed: number) {
  const random = new Random(seed);
  const from = (least: number, most: number) => least + random.below(most - least + 1);
  return [
    {
      ...{ machine: 'VMBus, receive', path: 'vmbus', direction: 'rx' },
      options: { frame: from(1000, 1514), seed: random.next() },
    },
    {
      ...{ machine: 'SR-IOV, small frames', path: 'sriov', direction: 'rx' },
      options: { frame: from(80, 180), seed: random.next() },
    },
    {
      ...{ machine: 'SR-IOV, large frames', path: 'sriov', direction: 'rx' },
      options: { frame: from(1300, 1514), seed: random.next() },
    },
    {
      ...{ machine: 'VMBus, another year', path: 'vmbus', direction: 'rx' },
      options: { frame: from(1000, 1514), profile: 'skylake-2017', seed: random.next() },
    },
    {
      ...{ machine: 'VMBus, send', path: 'vmbus', direction: 'tx' },
      options: { frame: from(600, 900), line: '25G', seed: random.next() },
    },
  ] as const;
}

export async function measure(work: Work, seed: number): Promise<Evidence[]> {
  return machinesOf(seed).map(({ path, direction, options }) => {
    const { most, holds } = loadTrials(path, { ...options, direction });
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
  return machinesOf(seed).map(({ machine, path, direction, options }, i) => {
    const { trials, found, ended } = evidence[i];
    const { most, holds } = loadTrials(path, { ...options, direction });
    const enough = ended === '' && holds(found);
    const more = Math.min(most, Math.round(found * 1.05));
    const moreHolds = ended === '' && more > found && holds(more);
    const fate = !enough
      ? 'does not hold'
      : moreHolds
        ? 'holds, and so does more'
        : 'holds, and more does not';
    return {
      name: `${machine}, frames of ${options.frame} bytes`,
      passed: enough && !moreHolds && trials <= MOST_TRIALS,
      wanted: `the highest load up to ${most} that holds, in ${MOST_TRIALS} trials or fewer`,
      seen: ended !== '' ? ended : `${found} after ${trials} trials, which ${fate}`,
    };
  });
}
