import { checkSignalRule, type Expectation, type SignalCheckReport } from 'two-checkboxes';

type Work = typeof import('./start.ts');

const SEEDS = [101, 202, 303];

export async function measure(work: Work): Promise<SignalCheckReport[]> {
  return SEEDS.map((seed) => checkSignalRule((a, b) => work.signal(a, b) === true, { seed }));
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
