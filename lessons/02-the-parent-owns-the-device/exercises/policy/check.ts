import { type Expectation, Random, type SwitchTrafficOptions, switchTraffic } from 'two-checkboxes';

type Policy = NonNullable<SwitchTrafficOptions['policy']>;
type Work = { policy: Policy };

const MACHINES = ['mail', 'web', 'guest'];
const OUTSIDE = 'outside';
/** Frames of 1514 bytes, 17 µs apart: about 700 Mb/s. */
const BUSY = { length: 1514, every: 17 };

/** Honest traffic must arrive, all of it; an attack must not, or not all of it. Drawn anew for each check. */
function runsOf(seed: number) {
  const random = new Random(seed);
  // Up to 50 Mb/s.
  const calm = () => {
    const length = 200 + random.below(1315);
    const every = 242 + random.below(400);
    return { frames: 20 + random.below(40), length, every };
  };
  const tag = 2 + random.below(4000);
  const names = ['mail', 'web', 'nobody'];
  const as = names[random.below(names.length)];
  const honest = (name: string, from: string, to: string, claim?: string) => {
    return { name, honest: true, traffic: [{ from, to, as: claim, ...calm() }] };
  };
  const attack = (name: string, to: string, claim: { as?: string; tag?: number } = {}) => {
    const traffic = [{ from: 'guest', to, ...claim, ...calm() }];
    return { name: `attack: ${name}`, honest: false, traffic };
  };
  return [
    honest('mail and web talk', 'mail', 'web'),
    honest('web answers mail', 'web', 'mail'),
    honest('mail reaches the outside', 'mail', OUTSIDE),
    honest('guest reaches the outside', 'guest', OUTSIDE),
    honest('web uses the cluster’s address', 'web', OUTSIDE, 'the cluster'),
    attack(`guest sends in the name of ${as}`, OUTSIDE, { as }),
    attack('guest sends to mail, behind everybody’s back', 'mail'),
    attack('guest sends to web, with a tag of its own', 'web', { tag }),
    {
      name: 'attack: guest floods the line; web still sends 700 Mb/s',
      honest: true,
      traffic: [
        { from: 'web', to: OUTSIDE, frames: 500 + random.below(200), ...BUSY },
        { from: 'guest', to: OUTSIDE, frames: 3000, length: 1514, every: 4 + random.below(2) },
      ],
    },
  ];
}

/** A copy: the same policy for every run, and no code of its own. */
export async function measure({ policy }: Work): Promise<Policy> {
  return structuredClone(policy);
}

export function judge(policy: Policy, seed: number): Expectation[] {
  return runsOf(seed).map(({ name, honest, traffic }) => {
    const named = traffic.map((one, i) => ({ name: `${i}`, ...one }));
    const { results } = switchTraffic({ machines: MACHINES, policy, traffic: named, line: '1G' });
    const { arrived, strayed } = results[0];
    const asked = traffic[0].frames;
    return {
      name,
      passed: honest ? arrived === asked : arrived + strayed === 0,
      wanted: honest ? `all ${asked} frames arrive` : 'no frame arrives anywhere',
      seen: `${arrived} arrived`,
    };
  });
}
