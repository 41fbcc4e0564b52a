import { type Expectation, type LeavingStep, leaveVf } from 'two-checkboxes';

/** Frames a second each way, milliseconds for a step, seed: not those of the cells. */
const RUNS = [
  { rate: 1500, stepTime: 9, seed: 3 },
  { rate: 6000, stepTime: 3, seed: 11 },
  { rate: 20_000, stepTime: 2, seed: 29 },
];

type Work = { steps: LeavingStep[] };
type Run = { lostIn: number; lostOut: number; refused: string[]; taken: number; free: boolean };

export async function measure({ steps }: Work): Promise<Run[]> {
  return RUNS.map((run) => {
    const report = leaveVf({ steps, ...run });
    return {
      lostIn: report.lost.in,
      lostOut: report.lost.out,
      refused: report.steps.filter(({ accepted }) => !accepted).map(({ step }) => step),
      taken: report.steps.length,
      free: report.free,
    };
  });
}

export function judge(runs: Run[]): Expectation[] {
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
    ...runs.map(({ lostIn, lostOut }, i) => ({
      name: `frames lost at ${RUNS[i].rate} a second each way`,
      passed: lostIn + lostOut === 0,
      wanted: '0 in, 0 out',
      seen: `${lostIn} in, ${lostOut} out`,
    })),
  ];
}
