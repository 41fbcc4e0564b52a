import { knob, ringTraffic } from 'two-checkboxes';

const monitorLatency = knob('The hypervisor looks every', 100, {
  min: 10,
  max: 1000,
  step: 10,
  unit: 'µs',
});
const rate = knob('Packets a second', 1000, { choices: [4, 250, 1000, 10_000, 100_000] });

// A third of a percent slower, so that packets and looks do not march in step.
const gap = (1e6 / rate) * 1.0037;
const packets = Math.min(1000, Math.max(100, rate));
const ways = [
  { name: 'a hypercall', run: ringTraffic({ gap, packets }) },
  { name: 'a bit in the monitor page', run: ringTraffic({ gap, packets, monitorLatency }) },
];

export default {
  kind: 'table',
  title: `Two ways to signal, ${rate} packets a second`,
  columns: [
    { name: 'Signal' },
    { name: 'Hypercalls for a packet' },
    { name: 'Cycles for them' },
    { name: 'A packet takes, mean', unit: 'µs' },
    { name: 'At most', unit: 'µs' },
  ],
  rows: ways.map(({ name, run }) => [
    name,
    run.hypercalls / run.packets,
    Math.round(run.signalCyclesPerPacket),
    run.latencyUs.mean,
    run.latencyUs.max,
  ]),
};
