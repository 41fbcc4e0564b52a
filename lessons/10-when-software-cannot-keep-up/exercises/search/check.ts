import { type Expectation, loadTrials } from 'two-checkboxes';

type Work = typeof import('./start.ts');

interface Evidence {
  machine: string;
  most: number;
  trials: number;
  /** What the search returned, or undefined when it was ended or threw. */
  found: number | undefined;
  ended: string;
  holds: boolean;
  /** Whether five per cent more would have held too. */
  moreHolds: boolean;
}

const MOST_TRIALS = 15;

const MACHINES = [
  { machine: 'VMBus, receive', path: 'vmbus', direction: 'rx', frame: 1514 },
  { machine: 'SR-IOV, small frames', path: 'sriov', direction: 'rx', frame: 128 },
  { machine: 'SR-IOV, large frames', path: 'sriov', direction: 'rx', frame: 1400 },
  { machine: 'VMBus, another year', path: 'vmbus', direction: 'rx', profile: 'skylake-2017' },
  { machine: 'VMBus, send', path: 'vmbus', direction: 'tx', frame: 700, line: '25G' },
] as const;

export async function measure(work: Work): Promise<Evidence[]> {
  return MACHINES.map(({ machine, path, ...options }) => {
    const { most, holds } = loadTrials(path, { ...options, seed: 7 });
    let trials = 0;
    let found: number | undefined;
    let ended = '';
    try {
      found = work.highestLoad((load) => {
        if (++trials > MOST_TRIALS) throw new Error(`it was ended at trial ${trials}`);
        return holds(load);
      }, most);
    } catch (error) {
      ended = error instanceof Error ? error.message : String(error);
    }
    const valid =
      typeof found === 'number' && Number.isInteger(found) && found >= 1 && found <= most;
    const more = valid ? Math.min(most, Math.round((found ?? 0) * 1.05)) : most;
    return {
      machine,
      most,
      trials,
      found: valid ? found : undefined,
      ended: ended || (valid ? '' : `it returned ${String(found)}`),
      holds: valid && holds(found ?? 1),
      moreHolds: valid && more > (found ?? 0) && holds(more),
    };
  });
}

export function judge(evidence: Evidence[]): Expectation[] {
  return evidence.map(({ machine, most, trials, found, ended, holds, moreHolds }) => ({
    name: machine,
    passed: ended === '' && found !== undefined && holds && !moreHolds && trials <= MOST_TRIALS,
    wanted: `the highest load up to ${most} that holds, in ${MOST_TRIALS} trials or fewer`,
    seen:
      ended !== ''
        ? ended
        : `${found} after ${trials} trials, which ${!holds ? 'does not hold' : moreHolds ? 'holds, and so does more' : 'holds, and more does not'}`,
  }));
}
