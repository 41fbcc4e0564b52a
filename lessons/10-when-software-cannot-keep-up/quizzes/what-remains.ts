import { between, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'remains',
  variants: [
    { path: 'sriov', profile: 'icelake-zen3-2021' },
    { path: 'vmbus', profile: 'icelake-zen3-2021' },
    { path: 'vmbus', profile: 'nehalem-2008r2' },
  ],
  question: ({ path, profile }) =>
    `A frame sent on the bare host takes its cycles too. How many does it take in a machine over ${path === 'sriov' ? 'SR-IOV' : 'VMBus'}, on processors of ${profile === 'nehalem-2008r2' ? '2009' : '2021'}?`,
  async run({ path, profile }) {
    const { paths } = await compare({
      paths: [path, 'native'],
      profile,
      line: '100G',
      frames: 500,
    });
    const [here, native] = [paths[path]!.cyclesPerFrame, paths.native!.cyclesPerFrame];
    return { here, native, factor: here / native };
  },
  choices: ({ path }) => [
    {
      text: 'Nearly as many',
      fits: ({ factor }) => between(factor, 0.9, 1.2),
      why: 'The root has its own work with each frame: driver, switch, ring.',
    },
    {
      text: 'Two to four times as many',
      fits: ({ factor }) => between(factor, 2, 4),
      why: 'That is what the root adds. Here the root has nothing to do with a frame.',
    },
    {
      text: 'Ten times as many, or more',
      fits: ({ factor }) => between(factor, 10, 100),
      why:
        path === 'sriov'
          ? 'That is emulation. The function needs no exit for a frame.'
          : 'That is emulation. A ring asks for nothing while both sides are busy.',
    },
  ],
  figures: ({ here, native }) => [
    { name: 'On the bare host', value: Math.round(native), unit: 'cycles' },
    { name: 'In the machine', value: Math.round(here), unit: 'cycles' },
  ],
  because: (_, { path }) =>
    path === 'sriov'
      ? 'The guest’s stack and driver do what they would do on the host. What is left of the hypervisor are interrupts and halts.'
      : 'The frame goes through two stacks of software: the guest’s, and the root’s with driver, switch and ring.',
  knobs: ({ profile }) => ({ 'Costs of': profile }),
});
