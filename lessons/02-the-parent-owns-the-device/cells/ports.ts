import { knob, switchTraffic } from 'two-checkboxes';

const macAddressSpoofing = knob('MAC address spoofing', false);
const vlan = knob('VLAN of the port', 0, { min: 0, max: 4094 });
const limit = knob('Maximum bandwidth', 0, { min: 0, max: 1000, step: 10, unit: 'Mb/s' });

const policy = { guest: { macAddressSpoofing, vlan, maximumBandwidth: limit * 1e6 } };
const send = { from: 'guest', frames: 200 };
const kinds = [
  { ...send, name: 'its own address', to: 'neighbour' },
  { ...send, name: 'its neighbour’s address as its own', to: 'outside', as: 'neighbour' },
  { ...send, name: 'a tag for VLAN 20', to: 'neighbour', tag: 20 },
  { ...send, name: 'too many at once', to: 'outside', frames: 2000, length: 1514, every: 5 },
];
const machines = ['guest', 'neighbour'];
const runs = kinds.map((one) => switchTraffic({ machines, policy, traffic: [one], line: '1G' }));

export default {
  kind: 'table',
  title: 'What the guest sent, how far it came, and what its port’s policy dropped',
  columns: [
    { name: 'Frames with' },
    { name: 'Sent' },
    { name: 'Arrived' },
    { name: 'Spoofed' },
    { name: 'Foreign VLAN' },
    { name: 'Over the limit' },
  ],
  rows: runs.map(({ results: [{ name, sent, arrived }], dropped: { guest } }) => [
    name,
    sent,
    arrived,
    guest.spoofed,
    guest.foreignVlan,
    guest.limited,
  ]),
};
