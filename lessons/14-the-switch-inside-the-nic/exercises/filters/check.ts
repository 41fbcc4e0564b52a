import {
  type Expectation,
  type FilterSite,
  type InsideFrame,
  insideSwitch,
  type NicFilters,
} from 'two-checkboxes';

const WIRE = 'the wire';
/** Hosts that are tried: each with other addresses, VLANs and numbers of machines. */
const SEEDS = [3, 17, 58, 101];

type Work = { filters: (site: FilterSite) => NicFilters };
type Wanted = InsideFrame & { group: string; wanted: string[] };
type Evidence = { group: string; frames: number; wrong: string[] }[];

/** A host: some red machines and some blue ones with virtual functions, and a green one without. */
function siteOf(seed: number): FilterSite {
  let state = seed;
  const below = (bound: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % bound;
  };
  const first = 2 + below(2000);
  const vlans = { red: first, blue: first + 1 + below(2000) };
  const names = ['red 1', 'red 2', 'blue 1', ...(seed % 2 === 0 ? ['blue 2', 'red 3'] : [])];
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

export async function measure({ filters }: Work): Promise<Evidence> {
  const groups = new Map<string, { group: string; frames: number; wrong: string[] }>();
  for (const seed of SEEDS) {
    const site = siteOf(seed);
    const frames = framesOf(site);
    const machines = site.machines.map((one) => ({ ...one, vf: one.pool !== site.rootPool }));
    const results = insideSwitch({ machines, filters: filters(site), frames, seed });
    for (const [i, { group, name, wanted }] of frames.entries()) {
      const entry = groups.get(group) ?? { group, frames: 0, wrong: [] };
      groups.set(group, entry);
      entry.frames++;
      const { arrived } = results[i];
      const same = arrived.length === wanted.length && arrived.every((to, n) => to === wanted[n]);
      if (!same) entry.wrong.push(`${name}: ${arrived.join(', ') || 'nobody'} got it`);
    }
  }
  return [...groups.values()];
}

export function judge(evidence: Evidence): Expectation[] {
  return evidence.map(({ group, frames, wrong }) => ({
    name: `frames: ${group}`,
    passed: wrong.length === 0,
    wanted: `all ${frames} where they must be, and nowhere else`,
    seen: wrong.length === 0 ? `all ${frames}` : `${wrong.length} wrong; ${wrong[0]}`,
  }));
}
