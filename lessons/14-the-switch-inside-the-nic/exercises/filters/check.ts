import {
  type Expectation,
  type FilterSite,
  type InsideFrame,
  insideSwitch,
  type NicFilters,
  Random,
} from 'two-checkboxes';

const WIRE = 'the wire';
const HOSTS = 4;

type Work = { filters: (site: FilterSite) => NicFilters };
type Wanted = InsideFrame & { group: string; wanted: string[] };

/** Hosts that are tried: each with other addresses, VLANs and numbers of machines, and others with each check. */
function sitesOf(seed: number): FilterSite[] {
  const random = new Random(seed);
  return Array.from({ length: HOSTS }, (_, i) => siteOf(random, i % 2 === 0));
}

/** A host: some red machines and some blue ones with virtual functions, and a green one without. */
function siteOf(random: Random, many: boolean): FilterSite {
  const below = (bound: number) => random.below(bound);
  const first = 2 + below(2000);
  const vlans = { red: first, blue: first + 1 + below(2000) };
  const names = ['red 1', 'red 2', 'blue 1', ...(many ? ['blue 2', 'red 3'] : [])];
  const byte = () => below(256).toString(16).padStart(2, '0');
  const mac = (n: number) => `02:${byte()}:${byte()}:${byte()}:${byte()}:${n}0`;
  const machines = names.map((name, pool) => {
    return { name, mac: mac(pool), vlan: name.startsWith('red') ? vlans.red : vlans.blue, pool };
  });
  const rootPool = names.length;
  const vlan = below(2) === 0 ? vlans.red : vlans.blue;
  return {
    machines: [...machines, { name: 'green', mac: mac(9), vlan, pool: rootPool }],
    rootPool,
  };
}

/** Everything that may go and must not, with who has to get it. */
function framesOf({ machines, rootPool }: FilterSite): Wanted[] {
  const list: Wanted[] = [];
  const add = (group: string, frame: Omit<InsideFrame, 'name'>, wanted: string[]) => {
    const { from, to, as, tag } = frame;
    const claim = as === undefined ? '' : ` as ${as}`;
    const name = `${from}${claim} to ${to}, ${tag === undefined ? 'no tag' : `tag ${tag}`}`;
    list.push({ ...frame, name, group, wanted: wanted.sort() });
  };
  const other = (vlan: number) => machines.find((machine) => machine.vlan !== vlan);
  for (const { name, vlan, pool } of machines) {
    const mates = machines.filter((machine) => machine.vlan === vlan && machine.name !== name);
    const names = mates.map((mate) => mate.name);
    const stranger = other(vlan);
    // The virtual switch tags for the one that has no virtual function.
    const tag = pool === rootPool ? undefined : vlan;
    for (const to of names) add('machines of one VLAN', { from: name, to, tag }, [to]);
    add('broadcasts', { from: name, to: 'everybody', tag }, [...names, WIRE]);
    add('outside', { from: name, to: 'outside', tag }, [WIRE]);
    add('outside', { from: 'outside', to: name, tag: vlan }, [name]);
    if (stranger === undefined) continue;
    add('the other VLAN', { from: 'outside', to: name, tag: stranger.vlan }, []);
    add('the other VLAN', { from: 'outside', to: name }, []);
    add('the other VLAN', { from: name, to: stranger.name, tag }, []);
    if (pool === rootPool) continue;
    const as = stranger.name;
    add('forged frames', { from: name, as, to: 'outside', tag }, []);
    add('forged frames', { from: name, as: 'nobody', to: 'everybody', tag }, []);
    add('forged frames', { from: name, to: 'outside', tag: stranger.vlan }, []);
    add('forged frames', { from: name, to: 'everybody', tag: stranger.vlan }, []);
  }
  return list;
}

export async function measure({ filters }: Work, seed: number): Promise<NicFilters[]> {
  return sitesOf(seed).map((site) => structuredClone(filters(site)));
}

/** Sends every frame through switches whose filters were set to what the reader's code returned. */
export function judge(set: NicFilters[], seed: number): Expectation[] {
  const groups = new Map<string, { frames: number; wrong: string[] }>();
  for (const [n, site] of sitesOf(seed).entries()) {
    const frames = framesOf(site);
    const machines = site.machines.map((one) => ({ ...one, vf: one.pool !== site.rootPool }));
    const results = insideSwitch({ machines, filters: set[n], frames, seed: seed + n });
    for (const [i, { group, name, wanted }] of frames.entries()) {
      const entry = groups.get(group) ?? { frames: 0, wrong: [] };
      groups.set(group, entry);
      entry.frames++;
      const { arrived } = results[i];
      const same = arrived.length === wanted.length && arrived.every((to, n) => to === wanted[n]);
      if (!same) entry.wrong.push(`${name}: ${arrived.join(', ') || 'nobody'} got it`);
    }
  }
  return [...groups].map(([group, { frames, wrong }]) => ({
    name: `frames: ${group}`,
    passed: wrong.length === 0,
    wanted: `all ${frames} where they must be, and nowhere else`,
    seen: wrong.length === 0 ? `all ${frames}` : `${wrong.length} wrong; ${wrong[0]}`,
  }));
}
