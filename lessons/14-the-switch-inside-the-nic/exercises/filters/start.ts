import type { FilterSite, NicFilters } from 'two-checkboxes';

/**
 * The filters for one host. Each machine tags what it sends with its own VLAN, and wants to see nothing
 * of the other one. `machines` says of each its `name`, `mac`, `vlan` and `pool`.
 *
 * The last machine has no virtual function: its `pool` is `rootPool`, where the root takes its frames and
 * passes them on.
 *
 * What each field of the answer means: `addresses`, who gets frames for an address; `broadcast`, who gets
 * broadcasts; `vlans`, who is in a VLAN; `untagged`, who gets frames without a tag; `checkAddress` and
 * `checkVlan`, whose frames are checked before they leave.
 */
export function filters({ machines, rootPool }: FilterSite): NicFilters {
  return {
    addresses: machines.map(({ mac }) => ({ mac, pools: [rootPool] })),
    broadcast: [rootPool],
    vlans: [],
    untagged: [],
    checkAddress: [],
    checkVlan: [],
  };
}
