import {
  type AttackKind,
  attack,
  type CopyPolicy,
  type Expectation,
  policyCost,
} from 'two-checkboxes';

const GIVEN: { kind: AttackKind; name: string }[] = [
  { kind: 'rewrite-offset', name: 'a ring message is rewritten' },
  { kind: 'rewrite-source', name: 'a sent frame gets another source' },
  { kind: 'rewrite-vlan', name: 'a sent frame gets a VLAN tag' },
];
/** On several machines: the moment between check and use is another one on each. */
const PROFILES = ['nehalem-2008r2', 'sandybridge-2012', 'skylake-2017'];
const ATTEMPTS = 60;
/** What stops all three for the fewest bytes. */
const SMALLEST: CopyPolicy = {
  ringMessages: true,
  sentHeaders: true,
  sentFrames: false,
  receivedFrames: false,
};

type Work = { policy: CopyPolicy };
type Evidence = { worked: number[]; cycles: number; allowed: number };

export async function measure({ policy }: Work): Promise<Evidence> {
  const worked = GIVEN.map(({ kind }) => {
    const runs = PROFILES.map((profile) => attack({ kind, policy, profile, attempts: ATTEMPTS }));
    return runs.reduce((sum, { succeeded }) => sum + succeeded, 0);
  });
  return { worked, cycles: policyCost(policy), allowed: policyCost(SMALLEST) };
}

export function judge({ worked, cycles, allowed }: Evidence): Expectation[] {
  return [
    ...GIVEN.map(({ name }, i) => ({
      name: `attack: ${name}`,
      passed: worked[i] === 0,
      wanted: `none of ${ATTEMPTS * PROFILES.length} tries works`,
      seen: `${worked[i]} worked`,
    })),
    {
      name: 'copies of a frame sent and a frame received, 1514 bytes each',
      passed: cycles <= allowed * 1.001,
      wanted: `at most ${Math.round(allowed)} cycles`,
      seen: `${Math.round(cycles)} cycles`,
    },
  ];
}
