import { quiz, watchBringUp } from 'two-checkboxes';

export default quiz({
  cell: 'steps',
  variants: [{ frame: 1514 }, { frame: 60 }],
  question: ({ frame }) =>
    `Frames of ${frame} bytes for the machine keep coming while all this is done. How many are lost when the filter moves?`,
  run({ frame }) {
    const { phases } = watchBringUp({ frames: 40, frame });
    const sum = (of: 'lost' | 'throughVmbus' | 'throughVf' | 'sent'): number =>
      phases.reduce((all, phase) => all + phase[of], 0);
    return {
      lost: sum('lost'),
      sent: sum('sent'),
      vmbus: sum('throughVmbus'),
      vf: sum('throughVf'),
    };
  },
  choices: () => [
    {
      text: 'Those that are under way: a dozen or so',
      fits: ({ lost }) => lost > 2,
      why: 'A frame under way is looked up when it arrives, and finds a port before the step and after it.',
    },
    {
      text: 'One or two',
      fits: ({ lost }) => lost === 1 || lost === 2,
      why: 'That would be so if the filter were taken away and set again. It moves in one step.',
    },
    { text: 'None', fits: ({ lost }) => lost === 0 },
  ],
  figures: ({ lost, sent, vmbus, vf }) => [
    { name: 'Frames sent to the machine', value: sent },
    { name: 'Came by VMBus', value: vmbus },
    { name: 'Came by the virtual function', value: vf },
    { name: 'Lost', value: lost },
  ],
  because: () =>
    'The filter moves in one step. A frame is looked up before it or after it, and finds one port either way.',
  knobs: ({ frame }) => ({ 'Frame size': frame }),
});
