import { about, quiz, ringTraffic } from 'two-checkboxes';

export default quiz({
  cell: 'monitor',
  variants: [
    { monitorLatency: 100, rate: 1000 },
    { monitorLatency: 1000, rate: 1000 },
  ],
  question: ({ monitorLatency }) =>
    `A thousand packets a second are signalled by a bit that the hypervisor looks at every ${monitorLatency} µs. How long does a packet take, on average?`,
  run({ monitorLatency, rate }) {
    const gap = (1e6 / rate) * 1.0037;
    const bit = ringTraffic({ gap, packets: 200, monitorLatency });
    const call = ringTraffic({ gap, packets: 200 });
    return { bit: bit.latencyUs.mean, call: call.latencyUs.mean, hypercalls: bit.hypercalls };
  },
  choices: ({ monitorLatency }) => [
    {
      text: 'No longer than with a hypercall',
      fits: ({ bit, call }) => about(bit / call, 1, 0.4),
      why: 'The bit costs nothing to set. But somebody must look at it first.',
    },
    {
      text: `About half of the ${monitorLatency} µs, and a little`,
      fits: ({ bit, call }) => about((bit - call) / monitorLatency, 0.5),
    },
    {
      text: `Always the whole ${monitorLatency} µs`,
      fits: ({ bit }) => about(bit / monitorLatency, 1, 0.2),
      why: 'That is for a packet that comes right after a look. Others come right before one.',
    },
  ],
  figures: ({ bit, call, hypercalls }) => [
    { name: 'With a bit, mean', value: bit, unit: 'µs' },
    { name: 'With a hypercall, mean', value: call, unit: 'µs' },
    { name: 'Hypercalls that the bit took', value: hypercalls },
  ],
  because: () =>
    'Packets come at any moment between two looks. On average half of that time is still to go.',
  knobs: ({ monitorLatency, rate }) => ({
    'The hypervisor looks every': monitorLatency,
    'Packets a second': rate,
  }),
});
