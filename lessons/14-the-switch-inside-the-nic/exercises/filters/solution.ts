import type { FilterSite, NicFilters } from 'two-checkboxes';

/**
 * An address belongs to one pool. A VLAN belongs to the pools of all machines in it, the root's with them
 * when the machine behind it is. What is sent is checked by the same two lists.
 */
export function filters({ machines }: FilterSite): NicFilters {
  const pools = [...new Set(machines.map(({ pool }) => pool))];
  const vlans = [...new Set(machines.map(({ vlan }) => vlan))];
  return {
    addresses: machines.map(({ mac, pool }) => ({ mac, pools: [pool] })),
    broadcast: pools,
    vlans: vlans.map((vlan) => ({
      vlan,
      pools: machines.filter((machine) => machine.vlan === vlan).map(({ pool }) => pool),
    })),
    untagged: [],
    checkAddress: pools,
    checkVlan: pools,
  };
}
