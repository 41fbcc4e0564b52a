import { about, findProfile, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'budget',
  variants: [
    { rate: 7, unit: 'GB/s', profile: 'nehalem-2008r2' },
    { rate: 7, unit: 'Gb/s', profile: 'nehalem-2008r2' },
    { rate: 3, unit: 'GB/s', profile: 'nehalem-2008r2' },
  ],
  question: ({ rate, unit }) =>
    rate === 7 && unit === 'GB/s'
      ? 'Take the figure as it is printed: 7 GB a second on one core. How many cycles are there for a byte?'
      : `Read it as ${rate} ${unit} on one core of 2.93 GHz. How many cycles are there for a byte?`,
  run({ rate, unit, profile }) {
    const { ghz, p } = findProfile(profile);
    const bytes = unit === 'GB/s' ? rate * 1e9 : (rate * 1e9) / 8;
    return { cycles: (ghz * 1e9) / bytes, ghz, copy: p.memcpy_cold.value };
  },
  choices: ({ unit }) => [
    {
      text: 'About three and a half',
      fits: ({ cycles }) => about(cycles, 3.4, 0.15),
      why: 'That is the answer for gigabits. A byte is eight of them.',
    },
    {
      text: 'About one',
      fits: ({ cycles }) => about(cycles, 1, 0.15),
      why: `Divide: 2.93 billion cycles, by the bytes of a second. ${unit === 'GB/s' ? 'A capital B is a byte.' : 'Bits are not bytes.'}`,
    },
    {
      text: 'Less than half a cycle',
      fits: ({ cycles }) => cycles < 0.45,
      why: 'So few there are only for seven gigabytes. Look at the letter, and at the number before it.',
    },
  ],
  figures: ({ cycles, ghz, copy }) => [
    { name: 'The core', value: ghz, unit: 'GHz' },
    { name: 'There are, for a byte', value: cycles, unit: 'cycles' },
    { name: 'Copying a byte once takes', value: copy, unit: 'cycles' },
  ],
  because: ({ cycles, copy }) =>
    `Divide the cycles of a second by its bytes: ${cycles.toFixed(2)}. Copying a byte once takes ${copy} of them.`,
  knobs: ({ rate, unit, profile }) => ({
    'Rate of one core': rate,
    Unit: unit,
    'Costs of': profile,
  }),
});
