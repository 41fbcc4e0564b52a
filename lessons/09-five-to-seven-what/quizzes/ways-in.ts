import { findProfile, PCIE_PAYLOAD_GBPS, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'ways-in',
  variants: [
    { rate: 7, unit: 'GB/s' },
    { rate: 7, unit: 'Gb/s' },
    { rate: 5, unit: 'GB/s' },
  ],
  question: ({ rate, unit }) =>
    `${rate} ${unit} arrives. How many slots with a NIC of 2008 does that take?`,
  run({ rate, unit }) {
    const slot = PCIE_PAYLOAD_GBPS[findProfile('nehalem-2008r2').pcie]!;
    const asked = unit === 'GB/s' ? rate * 8 : rate;
    return { slot, asked, slots: Math.ceil(asked / slot) };
  },
  choices: () => [
    {
      text: 'One',
      fits: ({ slots }) => slots === 1,
      why: 'Write the bytes as bits first. A slot of those years carries less than that.',
    },
    {
      text: 'Two',
      fits: ({ slots }) => slots === 2,
      why: 'Divide by what a slot of eight lanes carries, some 26 Gb/s, and round up.',
    },
    {
      text: 'Three or more',
      fits: ({ slots }) => slots >= 3,
      why: 'A slot of eight lanes carries some 26 Gb/s. This is less than three times that.',
    },
  ],
  figures: ({ slot, asked }) => [
    { name: 'Asked for', value: asked, unit: 'Gb/s' },
    { name: 'A slot carries', value: slot, unit: 'Gb/s' },
    { name: 'That makes', value: asked / slot, unit: 'slots' },
  ],
  because: ({ asked, slot }) =>
    `${asked} Gb/s are asked for, and a slot of eight lanes of the second generation carries ${slot}.`,
  knobs: ({ rate, unit }) => ({ 'Rate of one core': rate, Unit: unit }),
});
