import { compare, knob, profileKnob } from 'two-checkboxes';

const profile = profileKnob('Costs of');
const line = knob('Line rate', '40G', { choices: ['10G', '25G', '40G', '100G'] });

const rows: (string | number)[][] = [];
for (const vms of [1, 2, 4, 8]) {
  const { paths } = await compare({
    paths: ['vmbus'],
    direction: 'rx',
    vms,
    rootCores: 1,
    line,
    profile,
    frames: 1500,
  });
  const { throughputGbps = 0, cores, limitedBy = '' } = paths.vmbus ?? {};
  rows.push([vms, throughputGbps, (cores?.rootKernel ?? 0) + (cores?.hypervisor ?? 0), limitedBy]);
}

export default {
  kind: 'table',
  title: 'Machines that share one core of the root',
  columns: [
    { name: 'Machines' },
    { name: 'All together', unit: 'Gb/s' },
    { name: 'Root and hypervisor, cores' },
    { name: 'Limited by' },
  ],
  rows,
};
