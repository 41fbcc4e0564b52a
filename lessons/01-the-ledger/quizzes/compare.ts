import { compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'compare',
  variants: [
    { path: 'sriov', frame: 1514, profile: 'nehalem-2008r2' },
    { path: 'emulated', frame: 1514, profile: 'nehalem-2008r2' },
    { path: 'sriov', frame: 60, profile: 'sandybridge-2012' },
    { path: 'emulated', frame: 60, profile: 'icelake-zen3-2021' },
  ],
  question: ({ path, frame }) =>
    path === 'sriov'
      ? `SR-IOV lets the data pass the root by. Frames of ${frame} bytes: which of the four meters falls to exactly zero?`
      : `Frames of ${frame} bytes over the emulated path. Which meter stands at exactly one for each frame?`,
  async run({ path, frame, profile }) {
    const { paths } = await compare({ paths: [path], frame, profile, frames: 300 });
    const { perFrame, cores, cyclesPerFrame } = paths[path]!;
    const host = cores.hypervisor + cores.rootKernel + cores.rootUser;
    const hostCycles = (cyclesPerFrame * host) / (host + cores.guest);
    const wanted = path === 'sriov' ? 0 : 1;
    const { exits, copies, interrupts } = perFrame;
    return { wanted, exits, copies, interrupts, hostCycles };
  },
  choices: ({ path }) => [
    {
      text: 'Exits',
      fits: ({ wanted, exits }) => exits === wanted,
      why:
        path === 'sriov'
          ? 'Handing a frame over causes none. But the card interrupts, and a guest with nothing to do halts.'
          : 'Each register access is an exit of its own, and each sets off more of them in the root.',
    },
    {
      text: 'Copies',
      fits: ({ wanted, copies }) => copies === wanted,
      why: 'The worker process copies the frame out of the guest, and it is copied once more on its way to the card.',
    },
    {
      text: 'Interrupts',
      fits: ({ wanted, interrupts }) => interrupts === wanted,
      why: 'They are seldom, since the card waits for more frames. But somebody has to say that frames have been sent.',
    },
    {
      text: 'Host cycles',
      fits: ({ wanted, hostCycles }) => hostCycles === wanted,
      why:
        path === 'sriov'
          ? 'The hypervisor still takes the card’s interrupts and passes them on. That costs cycles.'
          : 'Nothing is that cheap: one exit alone costs more than a thousand.',
    },
  ],
  figures: ({ exits, copies, interrupts, hostCycles }) => [
    { name: 'Exits for a frame', value: exits },
    { name: 'Copies', value: copies },
    { name: 'Interrupts', value: interrupts },
    { name: 'Host cycles', value: Math.round(hostCycles) },
  ],
  because: (_, { path }) =>
    path === 'sriov'
      ? 'The card reads the frame where the guest’s network stack put it. No processor moves it again.'
      : 'The chip tells the guest once for each frame that it was sent. The copies are two, and exits and cycles come in far larger numbers.',
  knobs: ({ frame, profile }) => ({ 'Frame size': frame, 'Costs of': profile }),
});
