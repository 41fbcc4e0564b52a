import { about, comeBack, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'back',
  variants: [{ offerAfter: 500 }, { offerAfter: 0 }],
  question: ({ offerAfter }) =>
    `The root offers the function ${offerAfter === 0 ? 'at once' : `after ${offerAfter} ms`}. How long after the offer do frames go by it?`,
  run({ offerAfter }) {
    const { moments } = comeBack({ offerAfter });
    const at = (what: string): number => moments.find((moment) => moment.what.includes(what))!.at;
    return { offered: at('the root offers'), used: at('frames go by the VF') };
  },
  choices: () => [
    {
      text: 'At once: less than 10 ms',
      fits: ({ offered, used }) => used - offered < 8,
      why: 'The guest pairs it with its adapter, and then waits. The adapter might be gone again.',
    },
    {
      text: 'About 100 ms',
      fits: ({ offered, used }) => about(used - offered, 100, 0.2),
    },
    {
      text: 'About a second',
      fits: ({ offered, used }) => about(used - offered, 1000, 0.2),
      why: 'That is how long the root may wait before it offers. After that it goes faster.',
    },
  ],
  figures: ({ offered, used }) => [
    { name: 'Offered after', value: Math.round(offered), unit: 'ms' },
    { name: 'In use after', value: Math.round(used), unit: 'ms' },
  ],
  because: () =>
    'The guest’s driver waits 100 ms after it has paired the two. The rest is done within a millisecond.',
  knobs: ({ offerAfter }) => ({ 'The root offers the VF after': offerAfter }),
});
