import { between, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'vmq',
  variants: [{ vmq: true }, { vmq: false }],
  question: ({ vmq }) =>
    `Four machines receive, and each ${vmq ? 'has a queue of the NIC' : 'shares the one queue of the NIC: VMQ is off'}. The root gets four cores instead of one. How much more is carried?`,
  async run({ vmq }) {
    const rate = async (rootCores: number): Promise<number> => {
      const options = { paths: ['vmbus' as const], direction: 'rx' as const, vms: 4, line: '100G' };
      const { paths } = await compare({ ...options, rootCores, vmq, frames: 1000 });
      return paths.vmbus!.throughputGbps;
    };
    const [one, four] = [await rate(1), await rate(4)];
    return { one, four, factor: four / one };
  },
  choices: () => [
    {
      text: 'Hardly more',
      fits: ({ factor }) => between(factor, 0.8, 1.2),
      why: 'Each queue has a core of its own now, so four of them work.',
    },
    {
      text: 'About twice as much',
      fits: ({ factor }) => between(factor, 1.6, 2.4),
      why: 'Count the queues: as many cores can work as there are queues to take frames from.',
    },
    {
      text: 'More than three times as much',
      fits: ({ factor }) => between(factor, 3, 4.2),
      why: 'One queue interrupts one core, and that core sorts for all. The others have nothing to do.',
    },
  ],
  figures: ({ one, four }) => [
    { name: 'With one core', value: one, unit: 'Gb/s' },
    { name: 'With four', value: four, unit: 'Gb/s' },
  ],
  because: (_, { vmq }) =>
    vmq
      ? 'The NIC sorts by address into four queues, and each interrupts another core.'
      : 'All frames come through one queue, and one core takes them out of it. More cores do not help it.',
  knobs: ({ vmq }) => ({ 'A queue for each machine (VMQ)': vmq }),
});
