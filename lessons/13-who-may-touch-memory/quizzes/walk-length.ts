import { dmaWalk, quiz, WALKERS } from 'two-checkboxes';

export default quiz({
  cell: 'walk',
  variants: [
    { who: 0, smallPage: false },
    { who: 0, smallPage: true },
    { who: 2, smallPage: false },
  ],
  question: ({ who, smallPage }) =>
    who === 2
      ? 'A function that was given to nobody reads. How many table entries does the IOMMU look at?'
      : `A machine’s function reads an address ${smallPage ? 'in a page of 4 KiB' : 'in a large page of 2 MiB'}. How many table entries does the IOMMU look at, with nothing cached?`,
  run({ who, smallPage }) {
    const walk = dmaWalk({ who: WALKERS[who]!, address: 1028 * 1024, smallPage });
    return { entries: walk.entries.length, result: walk.result.join(': '), refused: walk.refused };
  },
  choices: ({ who }) => [
    {
      text: 'Two',
      fits: ({ entries }) => entries === 2,
      why: 'These only say whose tables to use. The tables come after that.',
    },
    {
      text: 'Four',
      fits: ({ entries }) => entries === 4,
      why:
        who === 2
          ? 'The walk ends before it gets to any table of pages.'
          : 'A large page ends the walk one level earlier. A small one has that level too.',
    },
    {
      text: 'Five',
      fits: ({ entries }) => entries === 5,
      why:
        who === 2
          ? 'The walk ends before it gets to any table of pages.'
          : 'That is for a small page. A large one ends the walk one level earlier.',
    },
  ],
  figures: ({ entries, result }) => [
    { name: 'Entries', value: entries },
    { name: 'The end of the walk', value: result },
  ],
  because: (_, { who }) =>
    who === 2
      ? 'Root entry and context entry say whose tables to use. For this one the second is empty.'
      : 'Two entries say whose tables to use, by bus and function. Then come the levels of the page table, and a large page leaves the last of them out.',
  knobs: ({ who, smallPage }) => ({
    'Asked by': WALKERS[who]!,
    'Device address': 1028,
    'Page of 4 KiB': smallPage,
  }),
});
