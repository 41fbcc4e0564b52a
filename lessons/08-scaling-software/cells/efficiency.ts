import { compare, profileKnob } from 'two-checkboxes';

const profile = profileKnob('Costs of');

const rows: number[][] = [];
for (const rootCores of [1, 2, 4]) {
  const { paths } = await compare({
    paths: ['vmbus'],
    direction: 'rx',
    vms: 4,
    rootCores,
    line: '100G',
    profile,
    frames: 2000,
  });
  const { throughputGbps = 0, cyclesPerFrame = 0, cores } = paths.vmbus ?? {};
  rows.push([
    rootCores,
    throughputGbps,
    Math.round(cyclesPerFrame),
    (cores?.rootKernel ?? 0) + (cores?.hypervisor ?? 0),
  ]);
}

export default {
  kind: 'table',
  title: 'More cores: what is carried, and what it costs',
  columns: [
    { name: 'Cores of the root' },
    { name: 'Carried', unit: 'Gb/s' },
    { name: 'Cycles for a frame' },
    { name: 'Cores in use' },
  ],
  rows,
};
