import { between, ejectVf, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'eject',
  variants: [{ answers: false }, { answers: true }],
  question: ({ answers }) =>
    `The guest ${answers ? 'lets the function go when it is asked' : 'does not answer'}. How long does the root wait before it takes the function away?`,
  run({ answers }) {
    const { moments, lost } = ejectVf({ guestAnswers: answers, rate: 50 });
    const taken = moments.find(({ what }) => /takes the channel back|is taken/.test(what))!;
    return { milliseconds: taken.at, what: taken.what, lost: lost.in + lost.out };
  },
  choices: () => [
    {
      text: 'Some milliseconds',
      fits: ({ milliseconds }) => between(milliseconds, Number.NEGATIVE_INFINITY, 100),
      why: 'The guest’s driver may have work to finish. The root gives it time, and that is not a moment.',
    },
    {
      text: '60 seconds',
      fits: ({ milliseconds }) => between(milliseconds, 50_000, 70_000),
      why: 'That is for a guest that does not answer. This one does, and nobody waits longer than for that.',
    },
    {
      text: 'Until somebody ends the wait by hand',
      fits: ({ milliseconds }) => !Number.isFinite(milliseconds),
      why: 'Then one guest could hold up every migration. The wait has an end.',
    },
  ],
  figures: ({ milliseconds, what, lost }) => [
    { name: 'After', value: Math.round(milliseconds), unit: 'ms' },
    { name: 'What happened then', value: what },
    { name: 'Frames lost', value: lost },
  ],
  because: () =>
    'The guest’s driver moves its frames to VMBus, finishes what is under way, and says so. Then nobody needs to wait any longer.',
  knobs: ({ answers }) => ({ 'The guest’s driver lets go': answers }),
});
