import { checkSignalRule, type Expectation, Random, type SignalCheckReport } from 'two-checkboxes';

type Work = typeof import('./start.ts');

/** Other schedules with each check. */
export async function measure(work: Work, seed: number): Promise<SignalCheckReport[]> {
  const random = new Random(seed);
  return Array.from({ length: 3 }, () =>
    checkSignalRule((a, b) => work.signal(a, b) === true, { seed: random.next() }),
  );
}

export function judge(evidence: SignalCheckReport[]): Expectation[] {
  return evidence.flatMap(({ packets, lostWakeups, needlessSignals, signals }, i) => [
    {
      name: `schedules ${i + 1}: no packet is forgotten`,
      passed: packets > 0 && lostWakeups === 0,
      wanted: 'no lost wake-up',
      seen: `${lostWakeups} lost, ${packets} packets`,
    },
    {
      name: `schedules ${i + 1}: no signal without need`,
      passed: signals > 0 && needlessSignals === 0,
      wanted: 'no needless signal',
      seen: `${needlessSignals} needless of ${signals}`,
    },
  ]);
}
