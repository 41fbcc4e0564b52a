import { between, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'machines',
  variants: [
    { path: 'vmbus', line: '40G' },
    { path: 'sriov', line: '40G' },
  ],
  question: ({ path }) =>
    path === 'vmbus'
      ? 'One core of the root is busy with one machine’s traffic over VMBus. Now eight machines receive. How much do they get together?'
      : 'One machine receives by SR-IOV on a line of 40 Gb/s. Now eight machines do. How much do they get together?',
  async run({ path, line }) {
    const rate = async (vms: number): Promise<number> => {
      const { paths } = await compare({ paths: [path], direction: 'rx', vms, line, frames: 800 });
      return paths[path]!.throughputGbps;
    };
    return { one: await rate(1), eight: await rate(8) };
  },
  choices: ({ path }) => [
    {
      text: 'Six times as much, or more',
      fits: ({ one, eight }) => between(eight / one, 6, 9),
      why:
        path === 'vmbus'
          ? 'Eight guests have eight cores. The root has one, and all frames pass it.'
          : 'The line and the slot of the card are shared by all.',
    },
    {
      text: 'A good deal more, until the line or the slot is full',
      fits: ({ one, eight }) => between(eight / one, 1.4, 5.5),
      why: 'The line has room for more. It is the core in front of it that has none.',
    },
    {
      text: 'The same, or a little less',
      fits: ({ one, eight }) => between(eight / one, 0.5, 1.25),
      why: 'No core of the root is in the way of a virtual function’s frames.',
    },
  ],
  figures: ({ one, eight }) => [
    { name: 'One machine', value: one, unit: 'Gb/s' },
    { name: 'Eight together', value: eight, unit: 'Gb/s' },
  ],
  because: ({ one }) =>
    `A machine alone gets ${one.toFixed(1)} Gb/s: its own core is the limit. Eight have eight cores, and then the slot of the card is what ends first.`,
  knobs: ({ line }) => ({ 'Line rate': line }),
});
