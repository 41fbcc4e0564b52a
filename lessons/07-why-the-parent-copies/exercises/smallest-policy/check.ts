import {
  type AttackKind,
  attack,
  type CopyPolicy,
  type Expectation,
  policyCost,
  Random,
} from 'two-checkboxes';

const GIVEN: { kind: AttackKind; name: string }[] = [
  { kind: 'rewrite-offset', name: 'a ring message is rewritten' },
  { kind: 'rewrite-source', name: 'a sent frame gets another source' },
  { kind: 'rewrite-vlan', name: 'a sent frame gets a VLAN tag' },
];
/** On several machines: the moment between check and use is another one on each. */
const PROFILES = ['nehalem-2008r2', 'sandybridge-2012', 'skylake-2017'];
/** What stops all three for the fewest bytes. */
const SMALLEST: CopyPolicy = {
  ringMessages: true,
  sentHeaders: true,
  sentFrames: false,
  receivedFrames: false,
};

type Work = { policy: CopyPolicy };

/** A copy: the same policy for every attack and for the bill, and no code of its own. */
export async function measure({ policy }: Work): Promise<CopyPolicy> {
  return structuredClone(policy);
}

/** Number of tries and size of the frame are drawn anew for each check. */
export function judge(policy: CopyPolicy, seed: number): Expectation[] {
  const random = new Random(seed);
  const frame = 200 + random.below(1315);
  const cycles = policyCost(policy, { frame });
  const allowed = policyCost(SMALLEST, { frame });
  const attacks = GIVEN.map(({ kind, name }) => {
    const attempts = 50 + random.below(30);
    const runs = PROFILES.map((profile) => attack({ kind, policy, profile, attempts }));
    const worked = runs.reduce((sum, { succeeded }) => sum + succeeded, 0);
    return {
      name: `attack: ${name}`,
      passed: worked === 0,
      wanted: `none of ${attempts * PROFILES.length} tries works`,
      seen: `${worked} worked`,
    };
  });
  return [
    ...attacks,
    {
      name: `copies of a frame sent and a frame received, ${frame} bytes each`,
      passed: cycles <= allowed * 1.001,
      wanted: `at most ${Math.round(allowed)} cycles`,
      seen: `${Math.round(cycles)} cycles`,
    },
  ];
}
