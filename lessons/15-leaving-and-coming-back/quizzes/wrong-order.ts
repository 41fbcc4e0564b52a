import { leaveVf, quiz } from 'two-checkboxes';

const ORDERS = {
  'free first': ['free-vf', 'switch-path', 'move-filter', 'delete-vport', 'reset-vf'],
  'VPort before filter': ['switch-path', 'delete-vport', 'move-filter', 'reset-vf', 'free-vf'],
} as const;

export default quiz({
  cell: 'order',
  variants: [{ order: 'free first' }, { order: 'VPort before filter' }],
  question: ({ order }) =>
    order === 'free first'
      ? 'The root tries to free the VF first, while its VPort is still there. The other steps follow. What comes of it?'
      : 'The guest is told first. Then the VPort is deleted, and only after that the filter is moved. What comes of it?',
  run({ order }) {
    const { lost, free, steps } = leaveVf({ steps: ORDERS[order], rate: 10_000, stepTime: 5 });
    const refused = steps.filter(({ accepted }) => !accepted).map(({ step }) => step);
    return { out: lost.out, in: lost.in, free, refused };
  },
  choices: () => [
    {
      text: 'Nothing is lost, and the function is free',
      fits: ({ out, in: into, free }) => out + into === 0 && free,
      why: 'One of the steps came too early. Which of the others does it need?',
    },
    {
      text: 'Nothing is lost, but the function is not free',
      fits: ({ out, in: into, free }) => out + into === 0 && !free,
      why: 'All five steps were accepted. But frames were on their way to a port that was gone.',
    },
    {
      text: 'Frames on their way to the machine are lost',
      fits: ({ in: into }) => into > 0,
      why: 'The driver refused that step, and nothing was done. What came after it was in the right order.',
    },
  ],
  figures: ({ out, in: into, free, refused }) => [
    { name: 'Lost from the machine', value: out },
    { name: 'Lost on the way to it', value: into },
    { name: 'Refused', value: refused.join(', ') || 'nothing' },
    { name: 'The function is free', value: free ? 'yes' : 'no' },
  ],
  because: (_, { order }) =>
    order === 'free first'
      ? 'The driver frees nothing that still has a port. It says no, and somebody has to ask again at the end.'
      : 'Until the filter moves the card sorts frames for a port that is not there. They are gone.',
  knobs: ({ order }) => ({ Order: order, 'Frames each way': 10_000, 'Time for a step': 5 }),
});
