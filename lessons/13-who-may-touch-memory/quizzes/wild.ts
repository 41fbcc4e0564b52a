import { quiz, wildDescriptor } from 'two-checkboxes';

export default quiz({
  cell: 'wild',
  variants: [{ remapping: false }, { remapping: true }],
  question: ({ remapping }) =>
    remapping
      ? 'DMA remapping is on. A descriptor names the last 64 bytes of the guest’s page, and 1450 bytes behind it. What leaves on the wire for that descriptor?'
      : 'DMA remapping is off, so descriptors hold addresses of the host. What leaves on the wire for that descriptor?',
  run: ({ remapping }) => wildDescriptor({ descriptor: 'the neighbour’s memory', remapping }),
  choices: ({ remapping }) => [
    {
      text: remapping ? 'Nothing' : 'Nothing: the card sees that the page ends',
      fits: ({ stolen, stopped }) => stolen.length === 0 && stopped,
      why: 'The card knows addresses, and nothing of pages or machines. It reads what it is told to read.',
    },
    {
      text: 'The first 64 bytes',
      fits: ({ stolen, stopped }) => stolen.length === 0 && !stopped,
      why: 'A card sends a frame or it does not. It has no half of one to send.',
    },
    {
      text: '64 bytes of the one machine, and 1450 of the other',
      fits: ({ stolen }) => stolen.length === 1450,
      why: 'The read of the second part has no translation. The IOMMU refuses it, and the queue is stopped.',
    },
  ],
  figures: ({ stolen, fault, delivered }) => [
    { name: 'Bytes of the neighbour on the wire', value: stolen.length },
    { name: 'Frames of the guest that arrived', value: delivered.attacker },
    { name: 'What the IOMMU recorded', value: fault || 'nothing' },
  ],
  because: () =>
    'With remapping the card’s addresses are the guest’s, and behind the guest’s page there is nothing of its own. The IOMMU refuses the read, records it, and the queue stops.',
  knobs: ({ remapping }) => ({
    'Sixth descriptor points to': 'the neighbour’s memory',
    'DMA remapping': remapping,
  }),
});
