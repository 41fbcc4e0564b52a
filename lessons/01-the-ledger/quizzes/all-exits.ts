import { between, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'compare',
  variants: [
    { path: 'emulated', profile: 'nehalem-2008r2' },
    { path: 'vmbus', profile: 'nehalem-2008r2' },
    { path: 'emulated', profile: 'skylake-2017' },
  ],
  question: ({ path, profile }) =>
    path === 'emulated'
      ? `The real driver makes five register accesses for a frame. How many exits of all kinds does a frame take over the emulated path, on a machine of ${profile === 'skylake-2017' ? '2017' : '2009'}?`
      : 'A guest sends as fast as it can over VMBus. How many exits of all kinds does a frame take?',
  async run({ path, profile }) {
    const { paths } = await compare({ paths: [path], profile, frames: 200 });
    const { exits, ioExits } = paths[path]!.perFrame;
    return { exits, ioExits };
  },
  choices: ({ path }) => [
    {
      text: 'Less than one',
      fits: ({ exits }) => between(exits, Number.NEGATIVE_INFINITY, 0.9),
      why: 'Each access is an exit by itself, and there are five.',
    },
    {
      text: 'Five, or six',
      fits: ({ exits }) => between(exits, 4, 7),
      why:
        path === 'emulated'
          ? 'Those are the exits for I/O alone. Each wakes the root, and the root leaves its processor too.'
          : 'Five is for the other path. Here no register is touched.',
    },
    {
      text: 'Twenty, or more',
      fits: ({ exits }) => between(exits, 15, 40),
      why: 'Nobody asks anything for a frame here. The ring is in memory, and the bell is seldom rung.',
    },
  ],
  figures: ({ exits, ioExits }) => [
    { name: 'Exits for I/O, for a frame', value: ioExits },
    { name: 'Exits of all kinds', value: exits },
  ],
  because: (_, { path }) =>
    path === 'emulated'
      ? 'Every access sets off others: the root is interrupted, wakes its worker, signals, and halts again. Each of these is an exit of the root.'
      : 'The driver puts the frame into memory that both can see. While the root is busy nobody needs to wake it.',
  knobs: ({ profile }) => ({ 'Costs of': profile }),
});
