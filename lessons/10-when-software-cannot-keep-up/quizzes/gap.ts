import { between, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'gap',
  variants: [
    { path: 'vmbus', profile: 'nehalem-2008r2' },
    { path: 'sriov', profile: 'nehalem-2008r2' },
    { path: 'vmbus', profile: 'icelake-zen3-2021' },
  ],
  question: ({ path, profile }) => {
    const year = profile === 'icelake-zen3-2021' ? '2021' : '2009';
    return `How many processors of ${year} would a line of 100 Gb/s keep busy with full frames over ${path === 'vmbus' ? 'VMBus' : 'SR-IOV'}, guests and all?`;
  },
  async run({ path, profile }) {
    const { paths } = await compare({ paths: [path], profile, line: '100G', frames: 500 });
    const { cores, framesPerSecond } = paths[path]!;
    const busy = cores.guest + cores.hypervisor + cores.rootKernel + cores.rootUser;
    const spent = (busy / framesPerSecond) * 1e9;
    const gap = ((1514 + 24) * 8) / 100;
    return { spent, gap, processors: spent / gap };
  },
  choices: () => [
    {
      text: 'One or two',
      fits: ({ processors }) => between(processors, 0.5, 3),
      why: 'A full frame comes every 123 nanoseconds. A few thousand cycles are many times that.',
    },
    {
      text: 'Between five and twenty',
      fits: ({ processors }) => between(processors, 5, 20),
      why: 'Divide the time that a frame takes by the time between two frames: three microseconds by 123 nanoseconds.',
    },
    {
      text: 'More than twenty',
      fits: ({ processors }) => between(processors, 20, 100),
      why: 'That is VMBus with the costs of 2009. Here a frame takes less.',
    },
  ],
  figures: ({ spent, gap, processors }) => [
    { name: 'A frame takes', value: spent, unit: 'ns' },
    { name: 'One comes every', value: gap, unit: 'ns' },
    { name: 'Processors busy', value: processors },
  ],
  because: ({ spent, gap }) =>
    `A frame takes ${Math.round(spent)} ns of processors, and one comes every ${Math.round(gap)} ns. Divide.`,
  knobs: ({ profile }) => ({ 'Costs of': profile }),
});
