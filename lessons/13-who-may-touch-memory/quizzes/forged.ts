import { forgeInterrupts, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'forged',
  variants: [{ remapping: false }, { remapping: true }],
  question: ({ remapping }) =>
    `DMA remapping is on and every table is right. Interrupt remapping is ${remapping ? 'on too' : 'off'}. Whom can the function of VM 0 interrupt?`,
  run({ remapping }) {
    const { messages } = forgeInterrupts({ remapping, times: 10 });
    const reached = [...new Set(messages.filter(({ taken }) => taken > 0).map(({ by }) => by))];
    const refused = messages.filter(({ refused }) => refused !== '').length;
    return { reached, refused };
  },
  choices: () => [
    {
      text: 'VM 0 only',
      fits: ({ reached }) => reached.join() === 'VM 0',
      why: 'Four bytes to the right address are an interrupt. Nothing looks at who wrote them.',
    },
    {
      text: 'VM 0 and its neighbour',
      fits: ({ reached }) => reached.length === 2,
      why: 'Between a neighbour and the root there is no difference here: a processor is a number in the message, and remapping looks at every message.',
    },
    {
      text: 'Anybody, the root included, with any vector',
      fits: ({ reached }) => reached.includes('the root'),
      why: 'The message names an entry, not a processor, and each entry belongs to one device.',
    },
  ],
  figures: ({ reached, refused }) => [
    { name: 'Interrupts reached', value: reached.join(', ') },
    { name: 'Kinds of message that were refused', value: refused },
  ],
  because: () =>
    'With remapping a message names an entry of a table, and each entry says which device may use it. Made-up messages name a processor, and are refused for that.',
  knobs: ({ remapping }) => ({ 'Interrupt remapping': remapping }),
});
