import {
  checkRequesterIds,
  type Expectation,
  Random,
  type RequesterIdReport,
} from 'two-checkboxes';

type Work = typeof import('./start.ts');

/**
 * Cards with two ports, drawn anew for each check: some whose functions stay on their bus, some whose
 * functions carry into the next.
 */
export async function measure({ requesterId }: Work, seed: number): Promise<RequesterIdReport[]> {
  const random = new Random(seed);
  return [false, false, true, true].flatMap((carry) =>
    checkRequesterIds(requesterId, { seed: random.next(), carry }),
  );
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
