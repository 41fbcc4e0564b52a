import { quiz, vfsByHand } from 'two-checkboxes';

export default quiz({
  cell: 'apertures',
  variants: [
    { total: 8, enabled: 2, kib: 16 },
    { total: 16, enabled: 1, kib: 64 },
    { total: 32, enabled: 4, kib: 16 },
  ],
  question: ({ total, enabled, kib }) =>
    `A card has TotalVFs ${total}, and ${kib} KiB for each virtual function in BAR 0. ${enabled === 1 ? 'One of them is' : `${enabled} of them are`} enabled. How much address space does VF BAR 0 take?`,
  run({ total, enabled, kib }) {
    const nic = vfsByHand({ totalVfs: total, vfKiB: kib, memoryMiB: 4 });
    nic.enable(enabled);
    const { parts } = nic.addressMap('What BAR 0 takes');
    const bar = parts.filter(({ group }) => group === 'VF BAR 0');
    const bytes = bar.reduce((sum, { size }) => sum + size, 0);
    return {
      taken: bytes / 1024,
      used: bar.filter(({ used }) => used).length,
      total,
      enabled,
      kib,
    };
  },
  choices: ({ total, enabled, kib }) => [
    {
      text: `${enabled * kib} KiB`,
      fits: ({ taken }) => taken === enabled * kib,
      why: 'Firmware gives out addresses before anybody says how many functions there will be.',
    },
    {
      text: `${total * kib} KiB`,
      fits: ({ taken }) => taken === total * kib,
    },
    {
      text: `${(total + 1) * kib} KiB`,
      fits: ({ taken }) => taken === (total + 1) * kib,
      why: 'The physical function has registers too, and addresses of its own for them.',
    },
  ],
  figures: ({ taken, used, total }) => [
    { name: 'Functions enabled', value: used },
    { name: 'That there can be', value: total },
    { name: 'VF BAR 0 takes', value: taken, unit: 'KiB' },
  ],
  because: ({ total, kib }) =>
    `${total} functions there can be, with ${kib} KiB each. Firmware reserves for all of them, long before anybody says how many there will be.`,
  knobs: ({ total, enabled, kib }) => ({
    TotalVFs: total,
    'Enabled of them': enabled,
    'Memory of one function, KiB': kib,
    Window: 4,
  }),
});
