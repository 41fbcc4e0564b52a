import { dmaWalk, quiz, WALKERS } from 'two-checkboxes';

export default quiz({
  cell: 'walk',
  variants: [
    { kibibytes: 1028, other: 1 },
    { kibibytes: 1028, other: 2 },
    { kibibytes: 2048, other: 1 },
  ],
  question: ({ kibibytes, other }) =>
    other === 1
      ? `Two machines write the same number into a descriptor: ${kibibytes} KiB. Where do their two functions read?`
      : `A machine’s function reads at ${kibibytes} KiB. So does a function that was given to nobody. Where do the two read?`,
  run({ kibibytes, other }) {
    const walks = [0, other].map((who) =>
      dmaWalk({ who: WALKERS[who]!, address: kibibytes * 1024 }),
    );
    const [one, two] = walks.map(({ refused, result }) =>
      refused ? result.join(': ') : result[1],
    );
    return { one: one!, two: two!, refused: walks.map(({ refused }) => refused) };
  },
  choices: ({ other }) => [
    {
      text: 'At the same place',
      fits: ({ one, two, refused }) => !refused.includes(true) && one === two,
      why: 'The number is the same. But the walk begins with who asks, and their tables are not the same.',
    },
    {
      text: 'At two different places',
      fits: ({ one, two, refused }) => !refused.includes(true) && one !== two,
      why: 'The second one has no tables. Its walk ends at the first of them.',
    },
    {
      text:
        other === 1 ? 'Nowhere: it is no address of the host' : 'Only the first one reads at all',
      fits: ({ refused }) => refused[1] === true && (other === 2) === !refused[0],
      why: 'It is an address of the guest. The tables say where that is in the host.',
    },
  ],
  figures: ({ one, two }, { other }) => [
    { name: 'VM 0’s function', value: one },
    { name: other === 1 ? 'VM 1’s function' : 'The function of nobody', value: two },
  ],
  because: (_, { other }) =>
    other === 1
      ? 'The walk starts with who asks. From the second table on the two read other entries, and end in other memory.'
      : 'The walk starts with who asks. For a function that nobody was given there is no entry, so the walk ends before any address is looked at.',
  knobs: ({ kibibytes, other }) => ({
    'Asked by': WALKERS[other]!,
    'Device address': kibibytes,
  }),
});
