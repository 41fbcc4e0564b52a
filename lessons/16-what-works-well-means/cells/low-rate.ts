import { compare, knob, type PathName, profileKnob } from 'two-checkboxes';

const profile = profileKnob('Costs of');
const direction = knob('Direction', 'rx', { choices: ['tx', 'rx'] });
const rates = [1000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000];

const paths: PathName[] = ['vmbus', 'sriov'];
const series = paths.map((path) => ({
  name: path,
  path,
  points: [] as { x: number; y: number }[],
}));
for (const rate of rates) {
  const frames = Math.max(100, Math.min(1000, rate / 50));
  const run = await compare({ paths, profile, direction, frame: 256, load: rate, frames });
  for (const { path, points } of series) {
    const { guest = 0, hypervisor = 0, rootKernel = 0 } = run.paths[path]?.cores ?? {};
    points.push({ x: rate, y: guest + hypervisor + rootKernel });
  }
}

export default {
  kind: 'chart',
  title: 'What a machine keeps busy, by the frames it gets',
  x: { label: 'Frames', unit: '1/s', log: true },
  y: { label: 'Busy cores, all together' },
  series,
};
