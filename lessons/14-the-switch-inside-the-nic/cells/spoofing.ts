import { insideSwitch, knob } from 'two-checkboxes';

const check = knob('Check source addresses', false);

const [red, blue, green] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b', '02:00:00:00:00:0c'];

const results = insideSwitch({
  machines: [
    { name: 'red', mac: red, vf: true },
    { name: 'blue', mac: blue, vf: true },
    { name: 'green', mac: green, vf: false },
  ],
  // Pool 0 is red's, pool 1 blue's, pool 2 the root's, which has green behind it.
  filters: {
    addresses: [
      { mac: red, pools: [0] },
      { mac: blue, pools: [1] },
      { mac: green, pools: [2] },
    ],
    broadcast: [0, 1, 2],
    checkAddress: check ? [0, 1] : [],
  },
  frames: [
    { name: 'red to blue', from: 'red', to: 'blue' },
    { name: 'red to green', from: 'red', to: 'green' },
    { name: 'green to red', from: 'green', to: 'red' },
    { name: 'red to a station outside', from: 'red', to: 'outside' },
    { name: 'red to everybody', from: 'red', to: 'everybody' },
    { name: 'red as blue, to green', from: 'red', as: 'blue', to: 'green' },
    { name: 'red as nobody, to everybody', from: 'red', as: 'nobody', to: 'everybody' },
  ],
});

export default {
  kind: 'table',
  title: 'Where the seven frames went',
  columns: [{ name: 'Frame' }, { name: 'Pools' }, { name: 'Arrived at' }, { name: 'Root, cycles' }],
  rows: results.map(({ name, pools, arrived, stopped, rootCycles }) => [
    name,
    pools.join(', ') || 'none',
    stopped ? 'nobody: stopped in the NIC' : arrived.join(', ') || 'nobody',
    Math.round(rootCycles),
  ]),
};
