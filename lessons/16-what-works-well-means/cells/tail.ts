import { compare, knob, latencyChart, profileKnob, show } from 'two-checkboxes';

const profile = profileKnob('Costs of');
const load = knob('Frames', 60_000, { min: 5000, max: 400_000, step: 5000, unit: '/s' });

const run = await compare({
  paths: ['vmbus', 'sriov'],
  direction: 'rx',
  arrivals: 'poisson',
  frame: 256,
  frames: 4000,
  load,
  profile,
});
show(latencyChart(run));

const { vmbus, sriov } = run.paths;
const row = (name: string, at: 'p50' | 'p99' | 'p999') => [
  name,
  vmbus?.latencyUs[at] ?? 0,
  sriov?.latencyUs[at] ?? 0,
];
export default {
  kind: 'table',
  title: 'How long a frame takes, one way',
  columns: [
    { name: 'Of all frames' },
    { name: 'VMBus', unit: 'µs' },
    { name: 'SR-IOV', unit: 'µs' },
  ],
  rows: [row('half take at most', 'p50'), row('99 of 100', 'p99'), row('999 of 1000', 'p999')],
};
