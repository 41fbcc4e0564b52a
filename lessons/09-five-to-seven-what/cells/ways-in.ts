import { findProfile, knob, PCIE_PAYLOAD_GBPS, profileKnob } from 'two-checkboxes';

const rate = knob('Rate of one core', 7, { min: 1, max: 10 });
const unit = knob('Unit', 'GB/s', { choices: ['Gb/s', 'GB/s'] });
const profile = profileKnob('Costs of');

const { pcie, p } = findProfile(profile);
const claimed = unit === 'GB/s' ? rate * 8 : rate;
/** The NIC writes a byte, the root reads it, writes its copy, and the guest reads that. */
const MOVES = 4;

const ways: [string, number, number][] = [
  ['a port of 10 Gb Ethernet', claimed, 10],
  [`the NIC's slot, PCI Express ${pcie}`, claimed, PCIE_PAYLOAD_GBPS[pcie]],
  ['the memory of one socket, four moves a byte', claimed * MOVES, p.memory_bandwidth.value * 8],
];

export default {
  kind: 'table',
  title: `What ${rate} ${unit} of received traffic asks of the machine`,
  columns: [
    { name: 'Where it passes' },
    { name: 'Asked for', unit: 'Gb/s' },
    { name: 'There is', unit: 'Gb/s' },
    { name: 'How many it takes' },
  ],
  rows: ways.map(([where, asked, there]) => [where, asked, there, (asked / there).toFixed(2)]),
};
