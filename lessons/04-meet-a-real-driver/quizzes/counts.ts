import { about, probeTulip, quiz, recordedProbe } from 'two-checkboxes';

export default quiz({
  cell: 'counts',
  variants: [{ what: 'all' }, { what: 'CSR9' }],
  question: ({ what }) =>
    what === 'all'
      ? 'Loading the driver, before a single frame is sent: how many register accesses is that?'
      : 'One register, CSR9, carries the two slow wires. How many of the accesses of loading are to it?',
  async run({ what }) {
    const { registers } = await probeTulip();
    const linux = recordedProbe();
    const sum = (of: Record<string, { reads: number; writes: number }>, name?: string): number =>
      Object.entries(of)
        .filter(([register]) => name === undefined || register === name)
        .reduce((all, [, { reads, writes }]) => all + reads + writes, 0);
    const wanted = what === 'all' ? undefined : what;
    return { ours: sum(registers, wanted), linux: sum(linux, wanted), all: sum(linux) };
  },
  choices: ({ what }) =>
    what === 'all'
      ? [
          {
            text: 'About 200',
            fits: ({ linux }) => about(linux, 200),
            why: 'That would do for the registers of the chip itself. But a ROM is read bit by bit.',
          },
          {
            text: 'About 2 000',
            fits: ({ linux }) => about(linux, 2000),
            why: 'Count the edges: each bit of the ROM takes two, and the driver waits after each.',
          },
          { text: 'About 20 000', fits: ({ linux }) => about(linux, 20_000) },
        ]
      : [
          {
            text: 'About a tenth',
            fits: ({ linux, all }) => about(linux / all, 0.1),
            why: 'It sounds like one register of sixteen. It is the one that is moved edge by edge.',
          },
          {
            text: 'About half',
            fits: ({ linux, all }) => about(linux / all, 0.5),
            why: 'The other registers are written once or twice each.',
          },
          { text: 'Nearly all', fits: ({ linux, all }) => linux / all > 0.95 },
        ],
  figures: ({ ours, linux }) => [
    { name: 'Accesses of our driver', value: ours },
    { name: 'Of Linux, as recorded', value: linux },
  ],
  because: () =>
    'ROM and transceiver hang on CSR9, a bit of the register for each wire. Every edge of the clock is a write, and the wait after it is a read.',
});
