import { least, most, probeTulip, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'counts',
  variants: [{ wanted: 'most' }, { wanted: 'least' }],
  question: ({ wanted }) =>
    wanted === 'most'
      ? 'Our driver is loaded. What are most of its register accesses for?'
      : 'Our driver is loaded. What are the fewest of its register accesses for?',
  async run() {
    const { purposes } = await probeTulip();
    const sum = ({ reads, writes }: { reads: number; writes: number }): number => reads + writes;
    return {
      rom: sum(purposes.serialRom),
      transceiver: sum(purposes.mii),
      configuration: sum(purposes.configuration),
      chip: sum(purposes.other),
    };
  },
  choices: ({ wanted }) => {
    const extreme = wanted === 'most' ? most : least;
    return [
      {
        text: 'The serial ROM',
        fits: (seen) => extreme(seen.rom, Object.values(seen)),
        why:
          wanted === 'most'
            ? 'Sixty-four words, one bit at a time: much, but there is a longer search.'
            : 'Sixty-four words, one bit at a time, with an edge up and an edge down for each.',
      },
      {
        text: 'The search for a transceiver',
        fits: (seen) => extreme(seen.transceiver, Object.values(seen)),
        why: 'Thirty-two addresses are asked, over one wire. That is much.',
      },
      {
        text: 'Configuration space',
        fits: (seen) => extreme(seen.configuration, Object.values(seen)),
        why: 'A few dozen words, each read or written once.',
      },
      {
        text: 'The chip’s other registers',
        fits: (seen) => extreme(seen.chip, Object.values(seen)),
        why: 'The chip is not started while its driver is loaded. It is only looked at.',
      },
    ];
  },
  figures: ({ rom, transceiver, configuration, chip }) => [
    { name: 'The serial ROM', value: rom },
    { name: 'The transceiver', value: transceiver },
    { name: 'Configuration space', value: configuration },
    { name: 'All other registers', value: chip },
  ],
  because: () =>
    'ROM and transceiver hang on wires that software moves edge by edge. The registers of the chip itself are hardly touched before it is started.',
});
