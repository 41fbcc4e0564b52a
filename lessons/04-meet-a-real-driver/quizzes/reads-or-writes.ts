import { between, probeTulip, quiz, recordedProbe } from 'two-checkboxes';

export default quiz({
  cell: 'counts',
  variants: [{ driver: 'linux' }, { driver: 'ours' }],
  question: ({ driver }) =>
    `${driver === 'linux' ? 'The recorded Linux driver' : 'Our driver'} is loaded. Of its accesses to CSR9, how many are reads?`,
  async run({ driver }) {
    const { CSR9 } = driver === 'linux' ? recordedProbe() : (await probeTulip()).registers;
    return {
      reads: CSR9!.reads,
      writes: CSR9!.writes,
      share: CSR9!.reads / (CSR9!.reads + CSR9!.writes),
    };
  },
  choices: () => [
    {
      text: 'Hardly any: it moves wires, so it writes',
      fits: ({ share }) => between(share, 0, 0.2),
      why: 'After each edge it waits, and it waits by reading. And what comes in on the wire is read too.',
    },
    {
      text: 'Somewhat more than half',
      fits: ({ share }) => between(share, 0.51, 0.75),
    },
    {
      text: 'Nearly all',
      fits: ({ share }) => between(share, 0.85, 1),
      why: 'Each edge is a write, and there are as many edges as waits.',
    },
  ],
  figures: ({ reads, writes }) => [
    { name: 'Reads of CSR9', value: reads },
    { name: 'Writes to CSR9', value: writes },
  ],
  because: () =>
    'A write for each edge, a read after it to let a moment pass, and a read for each bit that comes in.',
});
