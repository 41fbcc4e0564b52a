import { between, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'overload',
  variants: [
    { path: 'vmbus', load: 800_000 },
    { path: 'vmbus', load: 300_000 },
    { path: 'sriov', load: 800_000 },
  ],
  question: ({ path, load }) =>
    `A receiver over VMBus keeps up with 500,000 frames a second, just. ${path === 'vmbus' ? 'Now it is' : 'Another has a virtual function, and is'} sent ${load.toLocaleString('en')}. How many arrive?`,
  async run({ path, load }) {
    const { paths } = await compare({ paths: [path], direction: 'rx', load, frames: 4000 });
    const { framesPerSecond, lossRate } = paths[path]!;
    return { rate: framesPerSecond, lossRate };
  },
  choices: ({ load }) => [
    {
      text: 'All of them',
      fits: ({ lossRate }) => lossRate < 0.01,
      why: 'What comes faster than it can be handled waits in buffers, and buffers have an end.',
    },
    {
      text: 'About 500,000 a second',
      fits: ({ rate, lossRate }) => lossRate >= 0.01 && rate > 400_000,
      why:
        load < 500_000
          ? 'That is more than was sent.'
          : 'The root is not in the way of these frames.',
    },
    {
      text: 'Hardly any',
      fits: ({ rate }) => between(rate, Number.NEGATIVE_INFINITY, 50_000),
      why: 'A path that spends all its time on frames it then drops would do that. Here frames are dropped before anybody has worked on them.',
    },
  ],
  figures: ({ rate, lossRate }) => [
    { name: 'Arrive', value: Math.round(rate), unit: 'frames a second' },
    { name: 'Lost', value: Math.round(lossRate * 1000) / 10, unit: '%' },
  ],
  because: (_, { path }) =>
    path === 'vmbus'
      ? 'That is less than the path can do, so every frame is handled before the buffers are full.'
      : 'The card writes the frames to the guest’s memory by itself, and the guest’s own core keeps up with that.',
});
