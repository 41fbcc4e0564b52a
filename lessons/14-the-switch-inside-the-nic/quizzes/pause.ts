import { between, pauseAttack, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'pause',
  variants: [
    { rate: 300, line: '10G', filter: false },
    { rate: 150, line: '10G', filter: false },
    { rate: 300, line: '10G', filter: true },
    { rate: 300, line: '1G', filter: false },
  ],
  question: ({ rate, line, filter }) => {
    const where = line === '1G' ? ', on a line of 1 Gb/s' : '';
    const stop = filter ? ' The NIC stops such frames of virtual functions.' : '';
    return `A machine sends ${rate} pause frames a second through its virtual function${where}.${stop} What does its neighbour receive?`;
  },
  run({ rate, line, filter }) {
    const before = pauseAttack({ perSecond: 0, line }).neighbourGbps;
    const { neighbourGbps, honoured } = pauseAttack({ perSecond: rate, line, filter });
    return { before, after: neighbourGbps, share: neighbourGbps / before, honoured };
  },
  choices: () => [
    {
      text: 'As much as before',
      fits: ({ share }) => between(share, 0.9, 1.1),
      why: 'The switch in the rack takes a pause frame for the word of the whole port, and obeys.',
    },
    {
      text: 'About half as much',
      fits: ({ share }) => between(share, 0.4, 0.6),
      why: 'Multiply: pauses a second, and 3.4 ms for the longest at 10 Gb/s. What of a second is left? And does a pause frame get out at all?',
    },
    {
      text: 'Almost nothing',
      fits: ({ share }) => between(share, 0, 0.2),
      why: 'Multiply: pauses a second, and 3.4 ms for each. And only those count that get out of the NIC.',
    },
  ],
  figures: ({ before, after, honoured }) => [
    { name: 'The neighbour received before', value: before, unit: 'Gb/s' },
    { name: 'It receives now', value: after, unit: 'Gb/s' },
    { name: 'Pauses that the far end obeyed, in 20 ms', value: honoured },
  ],
  because: (_, { rate, line, filter }) =>
    filter
      ? 'A pause frame has a type of its own. The NIC looks at it and lets none out, so the far end never hears of them.'
      : line === '1G'
        ? 'At 1 Gb/s the longest pause is ten times as long: 34 ms. Thirty a second would be enough.'
        : `${rate} pauses of 3.4 ms are about half a second of each second.`,
  knobs: ({ line, filter }) => ({
    Line: line,
    'Stop pause frames of virtual functions': filter,
  }),
});
