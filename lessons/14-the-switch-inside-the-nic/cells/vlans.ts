import { insideSwitch, knob } from 'two-checkboxes';

const redVlan = knob('VLAN of red', 10, { choices: [10, 20] });
const check = knob('Check VLANs of what VFs send', false);

const [red, blue] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b'];

const results = insideSwitch({
  machines: [
    { name: 'red', mac: red, vf: true },
    { name: 'blue', mac: blue, vf: true },
  ],
  filters: {
    addresses: [
      { mac: red, pools: [0] },
      { mac: blue, pools: [1] },
    ],
    broadcast: [0, 1],
    vlans:
      redVlan === 20
        ? [{ vlan: 20, pools: [0, 1] }]
        : [
            { vlan: 10, pools: [0] },
            { vlan: 20, pools: [1] },
          ],
    untagged: [],
    checkVlan: check ? [0, 1] : [],
  },
  frames: [
    { name: 'red to blue, tag 10', from: 'red', to: 'blue', tag: 10 },
    { name: 'red to blue, tag 20', from: 'red', to: 'blue', tag: 20 },
    { name: 'red to blue, no tag', from: 'red', to: 'blue' },
    { name: 'red to everybody, tag 20', from: 'red', to: 'everybody', tag: 20 },
    { name: 'outside to red, tag 10', from: 'outside', to: 'red', tag: 10 },
    { name: 'outside to everybody, tag 20', from: 'outside', to: 'everybody', tag: 20 },
  ],
});

export default {
  kind: 'table',
  title: 'Where the tagged frames went',
  columns: [{ name: 'Frame' }, { name: 'Pools' }, { name: 'Arrived at' }],
  rows: results.map(({ name, pools, arrived, stopped }) => [
    name,
    pools.join(', ') || 'none',
    stopped ? 'nobody: stopped in the NIC' : arrived.join(', ') || 'nobody',
  ]),
};
