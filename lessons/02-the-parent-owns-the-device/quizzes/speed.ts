import { about, quiz, trySetLinkSpeed } from 'two-checkboxes';

export default quiz({
  cell: 'speed',
  variants: [
    { by: 'chip', megabits: 10 },
    { by: 'root', megabits: 1000 },
    { by: 'virtual-function', megabits: 10 },
  ],
  question: ({ by }) => {
    const tries = {
      chip: 'The child’s driver forces its emulated card down to 10 Mb/s.',
      root: 'The root’s driver sets the real card to 1000 Mb/s, on a line of 10 Gb/s.',
      'virtual-function': 'A child writes 10 Mb/s to the speed register of its virtual function.',
    }[by];
    return `${tries} What happens to the virtual machine’s throughput?`;
  },
  async run({ by, megabits }) {
    const { throughput, readBack, before, after } = await trySetLinkSpeed(by, megabits);
    return { throughput, readBack, set: megabits, before, after };
  },
  choices: ({ by, megabits }) => [
    {
      text: `It falls to ${megabits} Mb/s, or just under`,
      fits: ({ throughput, set }) => about(throughput, set, 0.1),
      why:
        by === 'chip'
          ? 'The card says so from now on. But no wire of that speed hangs on it.'
          : 'There is no such register in a virtual function: reads answer ones, and writes go nowhere.',
    },
    {
      text: 'It falls by half',
      fits: ({ before, after }) => about(after / before, 0.5),
      why: 'Half duplex would do that on a cable that two ends share. There is no such cable here.',
    },
    {
      text: 'Nothing',
      fits: ({ before, after }) => after === before,
      why: 'The root has the driver of the real card. What it sets is set, for everybody.',
    },
  ],
  figures: ({ before, after, throughput, readBack }) => [
    { name: 'The link before', value: before, unit: 'Mb/s' },
    { name: 'The link after', value: after, unit: 'Mb/s' },
    { name: 'The machine then sends', value: throughput, unit: 'Mb/s' },
    { name: 'Whoever tried reads back', value: readBack },
  ],
  because: (_, { by }) =>
    by === 'root'
      ? 'The root has the driver of the real card, and the card does what its driver says. The machine behind it can only follow.'
      : 'A virtual function has no such register. The reads answer ones, the writes go nowhere, and the link stays as the root set it.',
  knobs: ({ megabits }) => ({ 'Speed to set': megabits }),
});
