import { about, copyCosts, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'costs',
  variants: [{ of: 'sentHeaders' }, { of: 'receivedFrames' }],
  question: ({ of }) =>
    `Frames grow from 60 bytes to 1514. How much more does the root’s copy of ${of === 'sentHeaders' ? 'what the switch decides by' : 'a received frame'} cost?`,
  run({ of }) {
    const [short, long] = copyCosts({ sizes: [60, 1514] });
    return { short: short![of], long: long![of], factor: long![of] / short![of] };
  },
  choices: ({ of }) => [
    {
      text: 'Nothing more',
      fits: ({ factor }) => about(factor, 1, 0.1),
      why: 'The whole frame is copied, since the guest may not see it before the switch has looked.',
    },
    {
      text: 'About five times as much',
      fits: ({ factor }) => about(factor, 5, 0.2),
      why:
        of === 'sentHeaders'
          ? 'Headers do not grow with the frame.'
          : 'Every byte costs the same here, and there are twenty-five times as many.',
    },
    {
      text: 'About twenty-five times as much',
      fits: ({ factor }) => about(factor, 25, 0.15),
      why: 'Only what the switch decides by is copied, and that is at the front of every frame.',
    },
  ],
  figures: ({ short, long }) => [
    { name: 'For 60 bytes', value: short, unit: 'cycles' },
    { name: 'For 1514 bytes', value: long, unit: 'cycles' },
  ],
  because: (_, { of }) =>
    of === 'sentHeaders'
      ? 'The switch decides by addresses and tag. The rest of the frame the card may read where it is.'
      : 'A received frame is copied whole: cycles for each byte, and 1514 is twenty-five times 60.',
  knobs: () => ({ 'Costs of': 'sandybridge-2012' }),
});
