import { quiz, wildDescriptor } from 'two-checkboxes';

export default quiz({
  cell: 'wild',
  variants: [{ remapping: true }, { remapping: false }],
  question: ({ remapping }) =>
    `DMA remapping is ${remapping ? 'on' : 'off'}. The sixth of a guest’s twenty descriptors points into its neighbour’s memory. How many frames of the two machines arrive whole?`,
  run: ({ remapping }) => wildDescriptor({ descriptor: 'the neighbour’s memory', remapping }),
  choices: () => [
    {
      text: 'All of both but one: the sixth',
      fits: ({ delivered }) => delivered.attacker === 19 && delivered.neighbour === 20,
      why: 'A fault is no small thing: the queue that caused it is stopped.',
    },
    {
      text: 'Five of the guest’s, and all of the neighbour’s',
      fits: ({ delivered }) => delivered.attacker === 5 && delivered.neighbour === 20,
      why: 'Nothing stopped the read, so nothing stopped the queue.',
    },
    {
      text: 'Five of each: the card stops',
      fits: ({ delivered }) => delivered.neighbour < 20,
      why: 'The neighbour has queues of its own, and has done nothing.',
    },
  ],
  figures: ({ delivered, stopped, fault }) => [
    { name: 'Frames of the guest', value: delivered.attacker },
    { name: 'Frames of the neighbour', value: delivered.neighbour },
    { name: 'The guest’s queue', value: stopped ? 'stopped' : 'goes on' },
    { name: 'Recorded', value: fault || 'nothing' },
  ],
  because: (_, { remapping }) =>
    remapping
      ? 'The card gets no data for the sixth, and stops the queue it came from. Whoever does harm harms itself.'
      : 'The sixth frame leaves with another machine’s bytes in it. To the card it was a frame like any other.',
  knobs: ({ remapping }) => ({
    'Sixth descriptor points to': 'the neighbour’s memory',
    'DMA remapping': remapping,
  }),
});
