import { between, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'tail',
  variants: [
    { path: 'vmbus', load: 60_000 },
    { path: 'sriov', load: 60_000 },
  ],
  question: ({ path, load }) =>
    `${load.toLocaleString('en')} frames a second come over ${path === 'vmbus' ? 'VMBus' : 'SR-IOV'}, at random. Half of them take some time or less. How long does the slowest of a hundred take?`,
  async run({ path, load }) {
    const { paths } = await compare({
      paths: [path],
      direction: 'rx',
      arrivals: 'poisson',
      frame: 256,
      frames: 2000,
      load,
    });
    const { p50, p99 } = paths[path]!.latencyUs;
    return { p50, p99, factor: p99 / p50 };
  },
  choices: () => [
    {
      text: 'About the same',
      fits: ({ factor }) => between(factor, 1, 1.3),
      why: 'A frame that comes behind others waits for them, and at random some do.',
    },
    {
      text: 'Two to three times as long',
      fits: ({ factor }) => between(factor, 1.8, 3.5),
    },
    {
      text: 'Ten times as long, or more',
      fits: ({ factor }) => between(factor, 10, 1000),
      why: 'For that the path would have to be nearly full. It is far from it.',
    },
  ],
  figures: ({ p50, p99 }) => [
    { name: 'Half take at most', value: p50, unit: 'µs' },
    { name: 'Ninety-nine of a hundred', value: p99, unit: 'µs' },
  ],
  because: () =>
    'What comes at random comes in clumps. Who is at the end of one waits for the others, on every path.',
  knobs: ({ load }) => ({ Frames: load }),
});
