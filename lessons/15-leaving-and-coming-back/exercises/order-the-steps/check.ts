import { type Expectation, type LeavingStep, leaveVf, Random } from 'two-checkboxes';

type Work = { steps: LeavingStep[] };

/** A copy: the same steps for every run, and no code of its own. */
export async function measure({ steps }: Work): Promise<LeavingStep[]> {
  return structuredClone(steps);
}

/** Frames a second each way, milliseconds for a step, seed: not those of the cells, and drawn for each check. */
function ratesOf(seed: number) {
  const random = new Random(seed);
  return [1000, 5000, 18_000].map((least) => {
    const rate = least + random.below(least / 2);
    return { rate, stepTime: 2 + random.below(7), seed: random.next() };
  });
}

export function judge(steps: LeavingStep[], seed: number): Expectation[] {
  const runs = ratesOf(seed).map((run) => {
    const report = leaveVf({ steps, ...run });
    return {
      rate: run.rate,
      lostIn: report.lost.in,
      lostOut: report.lost.out,
      refused: report.steps.filter(({ accepted }) => !accepted).map(({ step }) => step),
      taken: report.steps.length,
      free: report.free,
    };
  });
  const [{ refused, taken }] = runs;
  const free = runs.every((run) => run.free);
  return [
    {
      name: 'the VF is free in the end',
      passed: free,
      wanted: 'yes',
      seen: free ? 'yes' : `no, after ${taken} steps`,
    },
    {
      name: 'no step is refused',
      passed: refused.length === 0,
      wanted: 'none',
      seen: refused.join(', ') || 'none',
    },
    ...runs.map(({ rate, lostIn, lostOut }) => ({
      name: `frames lost at ${rate} a second each way`,
      passed: lostIn + lostOut === 0,
      wanted: '0 in, 0 out',
      seen: `${lostIn} in, ${lostOut} out`,
    })),
  ];
}
