import { comeBack, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'back',
  variants: [{ offerAfter: 1000 }, { offerAfter: 0 }],
  question: ({ offerAfter }) =>
    offerAfter === 0
      ? 'The root offers the function at once, and the guest takes its time. 1000 frames a second come and go. How many are lost?'
      : 'While all this goes on, 1000 frames a second come and go. How many are lost?',
  run({ offerAfter }) {
    const { lost, moments } = comeBack({ offerAfter });
    const back = moments.find(({ what }) => what === 'frames go by the VF')!;
    return { lost: lost.in + lost.out, at: back.at };
  },
  choices: ({ offerAfter }) => [
    { text: 'None', fits: ({ lost }) => lost === 0 },
    {
      text: 'Those of the 100 ms in which the guest waits',
      fits: ({ lost }) => lost > 0 && lost < 500,
      why: 'In that time the function is there and carries nothing. Frames go where they went before.',
    },
    {
      text:
        offerAfter === 0
          ? 'More than that: the guest was not ready'
          : 'About a thousand: those of the second before the offer',
      fits: ({ lost }) => lost >= 500,
      why: 'Nobody has told anyone to use the function yet. Frames go by VMBus until the last step.',
    },
  ],
  figures: ({ lost, at }) => [
    { name: 'Frames go by the VF after', value: Math.round(at), unit: 'ms' },
    { name: 'Lost until then', value: lost },
  ],
  because: () =>
    'Whoever waits, waits with the old path open. Only the last step moves frames to the new one.',
  knobs: ({ offerAfter }) => ({ 'The root offers the VF after': offerAfter }),
});
