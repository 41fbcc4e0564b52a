import { LEAVING_STEPS, leaveVf, quiz } from 'two-checkboxes';

const ORDERS = {
  'reset first': ['reset-vf', 'switch-path', 'move-filter', 'delete-vport', 'free-vf'],
  'guest last': ['move-filter', 'delete-vport', 'reset-vf', 'free-vf', 'switch-path'],
  'as documented': LEAVING_STEPS,
} as const;

export default quiz({
  cell: 'order',
  variants: [
    { order: 'reset first', rate: 10_000 },
    { order: 'as documented', rate: 10_000 },
    { order: 'guest last', rate: 10_000 },
  ],
  question: ({ order, rate }) => {
    const words = {
      'reset first': 'Someone is in a hurry and resets the VF first. The other steps follow',
      'guest last': 'Someone tells the guest last of all. The other steps come before',
      'as documented': 'The steps are taken as documented, the guest’s path first',
    }[order];
    return `${words}, 5 ms each, with ${rate.toLocaleString('en')} frames a second in each direction. What is lost?`;
  },
  run({ order, rate }) {
    const { lost, sent } = leaveVf({ steps: ORDERS[order], rate, stepTime: 5 });
    return { out: lost.out, in: lost.in, sent: sent.out + sent.in };
  },
  choices: () => [
    {
      text: 'Nothing',
      fits: ({ out, in: into }) => out + into === 0,
      why: 'VMBus was there all the time. But somebody must also use it, and here somebody still means the VF.',
    },
    {
      text: 'Frames in one direction only',
      fits: ({ out, in: into }) => (out === 0) !== (into === 0),
      why: 'Look at both sides: where the guest sends, and where the card puts what comes.',
    },
    {
      text: 'Frames in both directions',
      fits: ({ out, in: into }) => out > 0 && into > 0,
      why: 'One direction has been moved before anything was taken away.',
    },
  ],
  figures: ({ out, in: into, sent }) => [
    { name: 'Lost from the machine', value: out },
    { name: 'Lost on the way to it', value: into },
    { name: 'Of all that were sent', value: sent },
  ],
  because: (_, { order }) =>
    order === 'as documented'
      ? 'Each side is told of the new way before the old one goes. No step takes away what somebody still uses.'
      : 'What comes in is moved first, and arrives. What the guest sends goes into a queue that nobody empties, until it is told.',
  knobs: ({ order, rate }) => ({ Order: order, 'Frames each way': rate, 'Time for a step': 5 }),
});
