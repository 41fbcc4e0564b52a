import { checkRequesterIds, type Expectation, type RequesterIdReport } from 'two-checkboxes';

type Work = typeof import('./start.ts');

/** Cards with two ports: some whose functions stay on their bus, some whose functions carry into the next. */
const MACHINES = [
  { seed: 11, carry: false },
  { seed: 12, carry: false },
  { seed: 21, carry: true },
  { seed: 22, carry: true },
];

export async function measure({ requesterId }: Work): Promise<RequesterIdReport[]> {
  return MACHINES.flatMap((machine) => checkRequesterIds(requesterId, machine));
}

export function judge(evidence: RequesterIdReport[]): Expectation[] {
  return evidence.map(({ pf, functions, firstOffset, stride, carried, found, missed }) => ({
    name: `PF ${pf}, offset ${firstOffset}, stride ${stride}: ${carried} of ${functions} carry`,
    passed: functions > 0 && found === functions,
    wanted: `${functions} functions found`,
    seen:
      missed === undefined
        ? `${found} found`
        : `${found} found; VF ${missed.n} is at ${missed.place}, not at ${missed.said}`,
  }));
}
