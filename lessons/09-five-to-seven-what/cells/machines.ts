import { compare, knob, profileKnob } from 'two-checkboxes';

const profile = profileKnob('Costs of');
const line = knob('Line rate', '40G', { choices: ['10G', '40G', '100G'] });

const series = (['vmbus', 'sriov'] as const).map((path) => ({
  name: path === 'vmbus' ? 'VMBus, one core of the root' : 'SR-IOV, the same core',
  path,
  points: [] as { x: number; y: number }[],
}));
for (const vms of [1, 2, 4, 8])
  for (const { path, points } of series) {
    const { paths } = await compare({
      paths: [path],
      direction: 'rx',
      vms,
      rootCores: 1,
      line,
      profile,
      frames: 1500,
    });
    points.push({ x: vms, y: paths[path]?.throughputGbps ?? 0 });
  }

export default {
  kind: 'chart',
  title: 'Machines that receive, each on a core of its own',
  x: { label: 'Virtual machines' },
  y: { label: 'All together', unit: 'Gb/s' },
  series,
};
