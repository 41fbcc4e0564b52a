import { between, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'low-rate',
  variants: [
    { rate: 1000, direction: 'rx' },
    { rate: 50_000, direction: 'rx' },
    { rate: 1000, direction: 'tx' },
  ],
  question: ({ rate, direction }) =>
    `A machine ${direction === 'rx' ? 'gets' : 'sends'} ${rate.toLocaleString('en')} frames a second over VMBus. How much of the host’s cores would a virtual function save?`,
  async run({ rate, direction }) {
    const { paths } = await compare({
      paths: ['vmbus', 'sriov'],
      direction,
      frame: 256,
      load: rate,
      frames: Math.max(100, rate / 50),
    });
    const busy = (path: 'vmbus' | 'sriov'): number => {
      const { guest, hypervisor, rootKernel } = paths[path]!.cores;
      return guest + hypervisor + rootKernel;
    };
    return { vmbus: busy('vmbus'), sriov: busy('sriov'), saved: busy('vmbus') - busy('sriov') };
  },
  choices: () => [
    {
      text: 'Half a core or more',
      fits: ({ saved }) => between(saved, 0.5, 2),
      why: 'Multiply: the frames of a second, and some microseconds for each.',
    },
    {
      text: 'A few tenths of a core',
      fits: ({ saved }) => between(saved, 0.15, 0.45),
      why: 'A frame costs the host some ten microseconds. How many of them are in a second?',
    },
    {
      text: 'A hundredth of a core or two',
      fits: ({ saved }) => between(saved, 0.004, 0.03),
      why: 'That is so where there are few frames. Here there are many, and each costs the host its microseconds.',
    },
  ],
  figures: ({ vmbus, sriov, saved }) => [
    { name: 'Busy with VMBus', value: vmbus, unit: 'cores' },
    { name: 'With a virtual function', value: sriov, unit: 'cores' },
    { name: 'Saved', value: saved, unit: 'cores' },
  ],
  because: ({ saved }, { rate }) =>
    `What SR-IOV saves, it saves for each frame: about ${((saved / rate) * 1e6).toFixed(0)} microseconds here. Times ${rate.toLocaleString('en')}, that is what a second has of it.`,
  knobs: ({ direction }) => ({ Direction: direction }),
});
