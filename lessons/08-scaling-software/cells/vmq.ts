import { compare, knob, profileKnob } from 'two-checkboxes';

const vmq = knob('A queue for each machine (VMQ)', true);
const profile = profileKnob('Costs of');

const points: { x: number; y: number }[] = [];
for (const rootCores of [1, 2, 3, 4]) {
  const { paths } = await compare({
    paths: ['vmbus'],
    direction: 'rx',
    vms: 4,
    rootCores,
    vmq,
    line: '100G',
    profile,
    frames: 2000,
  });
  points.push({ x: rootCores, y: paths.vmbus?.throughputGbps ?? 0 });
}

export default {
  kind: 'chart',
  title: 'Four machines receive',
  x: { label: 'Cores of the root' },
  y: { label: 'All together', unit: 'Gb/s' },
  series: [{ name: 'VMBus', path: 'vmbus', points }],
};
