import { quiz, watchBringUp } from 'two-checkboxes';

export default quiz({
  cell: 'steps',
  variants: [{ when: 'after' }, { when: 'before' }],
  question: ({ when }) =>
    when === 'after'
      ? 'The function is in use, and the filter has moved. How often is a received frame copied by software, below the guest’s stack?'
      : 'Both boxes are ticked, and the machine still has only its synthetic adapter. How often is a received frame copied by software, below the guest’s stack?',
  run({ when }) {
    const { phases } = watchBringUp({ frames: 40 });
    const phase = phases.at(when === 'after' ? -1 : 0)!;
    return { copies: phase.copies, vmbus: phase.throughVmbus, vf: phase.throughVf };
  },
  choices: () => [
    {
      text: 'Not at all',
      fits: ({ copies }) => copies === 0,
      why: 'The card has put it into memory of the root. It must get to the guest from there.',
    },
    {
      text: 'Once',
      fits: ({ copies }) => copies === 1,
      why: 'That was the root’s copy, on the old way. The root does not see these frames any more.',
    },
    {
      text: 'Twice',
      fits: ({ copies }) => copies === 2,
      why: 'Two copies are the emulated path’s. Neither of these two ways needs as many.',
    },
  ],
  figures: ({ copies, vmbus, vf }) => [
    { name: 'Copies of a frame', value: copies },
    { name: 'Frames that came by VMBus then', value: vmbus },
    { name: 'By the function', value: vf },
  ],
  because: (_, { when }) =>
    when === 'after'
      ? 'The card writes the frame where the guest’s driver wants it.'
      : 'The root copies each received frame once, into the buffer that it shares with the guest.',
});
