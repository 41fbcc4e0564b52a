import { filterRegisters, knob } from 'two-checkboxes';

const vfs = knob('Virtual functions', 2, { min: 1, max: 7 });
const pools = Array.from({ length: vfs }, (_, n) => n);
const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

const writes = filterRegisters(
  {
    addresses: pools.map((n) => ({ mac: `02:00:00:00:00:${hex(10 + n, 2)}`, pools: [n] })),
    broadcast: [...pools, vfs],
    vlans: [{ vlan: 10, pools }],
    checkAddress: pools,
    checkVlan: pools,
  },
  vfs,
);

export default {
  kind: 'table',
  title: 'What the PF driver writes',
  columns: [{ name: 'Register' }, { name: 'Offset' }, { name: 'Value' }, { name: 'Says' }],
  rows: writes.map(({ name, offset, value, meaning }) => [
    name,
    hex(offset, 4),
    hex(value, 8),
    meaning,
  ]),
};
