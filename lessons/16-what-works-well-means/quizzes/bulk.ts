import { between, bulk, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'bulk',
  variants: [
    { offloads: true, direction: 'tx' },
    { offloads: true, direction: 'rx' },
    { offloads: false, direction: 'rx' },
  ],
  question: ({ offloads, direction }) =>
    `One machine ${direction === 'tx' ? 'sends' : 'receives'} long TCP streams on a 10 Gb/s line. With all offloads ${offloads ? 'on' : 'off'}, how much faster is SR-IOV than VMBus?`,
  async run({ offloads, direction }) {
    const { paths } = await bulk({
      paths: ['vmbus', 'sriov'],
      direction,
      line: '10G',
      bytes: 1 << 20,
      segmentation: offloads,
      coalescing: offloads,
    });
    const host = (path: 'vmbus' | 'sriov'): number =>
      paths[path]!.cores.hypervisor + paths[path]!.cores.rootKernel;
    const [vmbus, sriov] = [paths.vmbus!.throughputGbps, paths.sriov!.throughputGbps];
    return {
      vmbus,
      sriov,
      faster: sriov / vmbus,
      vmbusCores: host('vmbus'),
      vfCores: host('sriov'),
    };
  },
  choices: () => [
    {
      text: 'Twice as fast, or nearly',
      fits: ({ faster }) => between(faster, 1.6, 2.5),
      why: 'With long segments VMBus has few packets to carry. Then the line is what ends first.',
    },
    {
      text: 'A fifth to a half faster',
      fits: ({ faster }) => between(faster, 1.2, 1.5),
      why: 'Ask what limits each of them. If it is the line, it is the same line.',
    },
    {
      text: 'Not faster',
      fits: ({ faster }) => between(faster, 0.8, 1.1),
      why: 'Without offloads every segment costs what a frame costs, and the root handles each of them.',
    },
  ],
  figures: ({ vmbus, sriov, vmbusCores, vfCores }) => [
    { name: 'VMBus', value: vmbus, unit: 'Gb/s' },
    { name: 'SR-IOV', value: sriov, unit: 'Gb/s' },
    { name: 'The host, with VMBus', value: vmbusCores, unit: 'cores' },
    { name: 'The host, with SR-IOV', value: vfCores, unit: 'cores' },
  ],
  because: (_, { offloads }) =>
    offloads
      ? 'With long segments both fill the line. It is the host’s cores that differ.'
      : 'Every segment is a packet of its own now, and the root’s core handles each of them.',
  knobs: ({ offloads }) => ({ Offloads: offloads }),
});
