import { quiz, ringByHand } from 'two-checkboxes';

export default quiz({
  cell: 'lost',
  variants: [{ lookAgain: false }, { lookAgain: true }],
  question: ({ lookAgain }) =>
    `The reader has found its ring empty, and still has the mask on. The writer puts a packet in and sees the mask. Then the reader takes the mask off and ${lookAgain ? 'looks once more' : 'sleeps'}. What becomes of the packet?`,
  run({ lookAgain }) {
    const ring = ringByHand();
    ring.write('first');
    ring.signal();
    ring.take();
    ring.take();
    ring.write('second');
    ring.sleep(lookAgain);
    return { stuck: ring.stuck, waiting: ring.waiting, signals: ring.signals };
  },
  choices: ({ lookAgain }) => [
    {
      text: 'The reader finds it, and stays awake',
      fits: ({ stuck, waiting }) => !stuck && waiting > 0,
      why: 'It would, if it looked. It sleeps, and nobody has rung.',
    },
    {
      text: 'It waits in the ring until another packet rings',
      fits: ({ stuck, waiting }) => stuck && waiting > 0,
      why: 'It would, without that last look.',
    },
    {
      text: 'It is overwritten',
      fits: ({ waiting }) => waiting === 0,
      why: `The writer moves only its own index. ${lookAgain ? 'What was written stays until it is taken.' : 'What nobody took stays where it is.'}`,
    },
  ],
  figures: ({ stuck, waiting, signals }) => [
    { name: 'Packets that wait', value: waiting },
    { name: 'Signals sent', value: signals },
    { name: 'The wake-up is lost', value: stuck ? 'yes' : 'no' },
  ],
  because: (_, { lookAgain }) =>
    lookAgain
      ? 'What came too late to ring is found by the last look. What comes later sees the mask off, and rings.'
      : 'The writer was right not to ring, the reader saw nothing to do. Together they were wrong.',
  knobs: ({ lookAgain }) => ({ 'The reader looks once more before it sleeps': lookAgain }),
});
