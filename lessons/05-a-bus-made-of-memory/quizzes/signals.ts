import { between, quiz, ringTraffic } from 'two-checkboxes';

export default quiz({
  cell: 'signals',
  variants: [
    { gap: 1, service: 2 },
    { gap: 40, service: 2 },
    { gap: 2, service: 10 },
  ],
  question: ({ gap, service }) =>
    gap > service
      ? `A packet comes every ${gap} µs, and the reader needs ${service} µs for one. How many signals does a packet cost?`
      : `A guest sends a packet every ${gap} µs, and the reader needs ${service} µs for one: it is busy all the time. How many signals does a packet cost?`,
  run: ({ gap, service }) => ringTraffic({ gap, service, packets: 500 }),
  choices: ({ gap, service }) => [
    {
      text: 'One',
      fits: ({ signalsPerPacket }) => between(signalsPerPacket, 0.8, 1.2),
      why: 'A busy reader never finds its ring empty. Nobody needs to wake it.',
    },
    {
      text: 'About a half',
      fits: ({ signalsPerPacket }) => between(signalsPerPacket, 0.3, 0.7),
      why: 'That is a point on the way from idle to busy. Think of the reader: does it get to sleep here?',
    },
    {
      text: 'Nearly none',
      fits: ({ signalsPerPacket }) => between(signalsPerPacket, Number.NEGATIVE_INFINITY, 0.1),
      why: `The reader is through after ${service} µs, finds the ring empty, and sleeps. The next packet comes after ${gap}.`,
    },
  ],
  figures: ({ signalsPerPacket, signals, packets }) => [
    { name: 'Packets', value: packets },
    { name: 'Signals', value: signals },
    { name: 'Signals for a packet', value: signalsPerPacket },
  ],
  because: (_, { gap, service }) =>
    gap > service
      ? 'The reader has emptied the ring and sleeps long before the next packet comes. So each packet finds the ring empty, and must ring.'
      : 'The reader never gets to the end of its ring, so it never sleeps. Nobody needs to wake it.',
  knobs: ({ service }) => ({ 'The reader needs for a packet': service }),
});
