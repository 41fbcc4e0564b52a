import { type Expectation, findProfile, rootCost } from 'two-checkboxes';

interface Host {
  ghz: number;
  rootCyclesPerByte: number;
  rootCores: number;
  machines: number;
  line: number;
}
type Work = { carried(host: Host): number };

/** Hosts on which another thing limits each time, or another number of cores. */
const HOSTS = [
  { profile: 'nehalem-2008r2', machines: 1, rootCores: 1, line: 10, seed: 3 },
  { profile: 'nehalem-2008r2', machines: 4, rootCores: 1, line: 10, seed: 5 },
  { profile: 'nehalem-2008r2', machines: 4, rootCores: 1, line: 1, seed: 7 },
  { profile: 'sandybridge-2012', machines: 2, rootCores: 4, line: 40, seed: 11 },
  { profile: 'skylake-2017', machines: 4, rootCores: 2, line: 25, seed: 13 },
  { profile: 'sandybridge-2012', machines: 4, rootCores: 4, line: 10, seed: 17 },
] as const;
/** How far off a rule may be that leaves out the gaps between frames and the waking of machines. */
const NEAR = 0.1;

type Evidence = { said: number[] };

/** What is known of each host: its clock, and what one machine alone costs its root. */
function known({ profile, machines, rootCores, line }: (typeof HOSTS)[number]): Host {
  const { sum } = rootCost('vmbus', {
    ...{ direction: 'rx', vms: 1, line: '100G', profile, frames: 1000 },
  });
  const { ghz } = findProfile(profile);
  return { ghz, rootCyclesPerByte: sum, rootCores, machines, line };
}

export async function measure({ carried }: Work): Promise<Evidence> {
  return { said: HOSTS.map((host) => Number(carried(known(host)))) };
}

export function judge({ said }: Evidence): Expectation[] {
  return HOSTS.map(({ profile, machines, rootCores, line, seed }, i) => {
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
