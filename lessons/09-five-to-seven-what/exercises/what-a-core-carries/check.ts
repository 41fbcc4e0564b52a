import { type Expectation, findProfile, Random, rootCost } from 'two-checkboxes';

interface Host {
  ghz: number;
  rootCyclesPerByte: number;
  rootCores: number;
  machines: number;
  line: number;
}
type Work = { carried(host: Host): number };

const PROFILES = ['nehalem-2008r2', 'sandybridge-2012', 'skylake-2017'] as const;

/** Hosts on which another thing limits each time, or another number of cores; drawn anew for each check. */
function hostsOf(seed: number) {
  const random = new Random(seed);
  const one = <T>(...of: readonly T[]): T => of[random.below(of.length)];
  const host = (machines: number, rootCores: number, line: number) => {
    return { profile: one(...PROFILES), machines, rootCores, line, seed: random.next() };
  };
  const kinds = [
    host(1, one(1, 2, 4), one(10, 25, 40)),
    host(4, 1, one(10, 25)),
    host(one(2, 3, 4), one(1, 2, 4), 1),
    host(2, one(2, 4), one(25, 40)),
    host(4, 2, one(25, 40)),
    host(one(3, 4), 4, 10),
  ];
  // In any order.
  for (let i = kinds.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [kinds[i], kinds[j]] = [kinds[j], kinds[i]];
  }
  return kinds;
}
/** How far off a rule may be that leaves out the gaps between frames and the waking of machines. */
const NEAR = 0.1;

type Evidence = { said: number[] };

/** What is known of each host: its clock, and what one machine alone costs its root. */
function known({ profile, machines, rootCores, line }: ReturnType<typeof hostsOf>[number]): Host {
  const { sum } = rootCost('vmbus', {
    ...{ direction: 'rx', vms: 1, line: '100G', profile, frames: 1000 },
  });
  const { ghz } = findProfile(profile);
  return { ghz, rootCyclesPerByte: sum, rootCores, machines, line };
}

export async function measure({ carried }: Work, seed: number): Promise<Evidence> {
  return { said: hostsOf(seed).map((host) => Number(carried(known(host)))) };
}

export function judge({ said }: Evidence, given: number): Expectation[] {
  return hostsOf(given).map(({ profile, machines, rootCores, line, seed }, i) => {
    const { throughputGbps } = rootCost('vmbus', {
      ...{ direction: 'rx', vms: machines, rootCores, line: `${line}G`, profile, seed },
      frames: 1500,
    });
    const cores = rootCores === 1 ? 'one core' : `${rootCores} cores`;
    const [least, most] = [1 - NEAR, 1 + NEAR].map((by) => (by * throughputGbps).toFixed(2));
    return {
      name: `${profile}, ${machines} VM, ${cores} of the root, a line of ${line} Gb/s`,
      passed: Math.abs(said[i] / throughputGbps - 1) <= NEAR,
      wanted: `${least} to ${most} Gb/s`,
      seen: `${said[i].toFixed(2)} Gb/s`,
    };
  });
}
