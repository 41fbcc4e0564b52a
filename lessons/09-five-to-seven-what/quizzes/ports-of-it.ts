import { quiz } from 'two-checkboxes';

export default quiz({
  cell: 'ways-in',
  variants: [
    { rate: 5, unit: 'GB/s' },
    { rate: 5, unit: 'Gb/s' },
    { rate: 2, unit: 'GB/s' },
  ],
  question: ({ rate, unit }) =>
    `${rate} ${unit} arrives. How many ports of 10 Gb Ethernet does that take, at least?`,
  run({ rate, unit }) {
    const gigabits = unit === 'GB/s' ? rate * 8 : rate;
    return { gigabits, ports: Math.ceil(gigabits / 10) };
  },
  choices: () => [
    {
      text: 'One',
      fits: ({ ports }) => ports === 1,
      why: 'A capital B is a byte, and a byte is eight bits. Ethernet counts bits.',
    },
    {
      text: 'Two',
      fits: ({ ports }) => ports === 2,
      why: 'Multiply bytes by eight, leave bits alone, and divide by ten.',
    },
    {
      text: 'Four',
      fits: ({ ports }) => ports === 4,
      why: 'That is five gigabytes. Look at the number and at the letter.',
    },
  ],
  figures: ({ gigabits, ports }) => [
    { name: 'On the wire', value: gigabits, unit: 'Gb/s' },
    { name: 'Ports', value: ports },
  ],
  because: ({ gigabits }) => `It is ${gigabits} Gb/s, and a port carries ten.`,
  knobs: ({ rate, unit }) => ({ 'Rate of one core': rate, Unit: unit }),
});
