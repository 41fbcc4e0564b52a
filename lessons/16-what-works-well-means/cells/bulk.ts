import { bulk, knob, type PathName, profileKnob } from 'two-checkboxes';

const profile = profileKnob('Costs of');
const offloads = knob('Offloads', true);

const paths: PathName[] = ['vmbus', 'sriov'];
const rows: (string | number)[][] = [];
for (const direction of ['tx', 'rx'] as const) {
  const options = { paths, profile, direction, line: '10G' };
  const run = await bulk({ ...options, segmentation: offloads, coalescing: offloads });
  for (const path of paths) {
    const { throughputGbps = 0, cores, limitedBy = '' } = run.paths[path] ?? {};
    const host = (cores?.hypervisor ?? 0) + (cores?.rootKernel ?? 0);
    const way = direction === 'tx' ? 'sends' : 'receives';
    rows.push([`${way}, ${path}`, throughputGbps, host, cores?.guest ?? 0, limitedBy]);
  }
}

export default {
  kind: 'table',
  title: `One machine on a 10 Gb/s line, offloads ${offloads ? 'on' : 'off'}`,
  columns: [
    { name: 'It' },
    { name: 'Bytes of the stream', unit: 'Gb/s' },
    { name: 'Host', unit: 'cores' },
    { name: 'Guest', unit: 'cores' },
    { name: 'Limited by' },
  ],
  rows,
};
