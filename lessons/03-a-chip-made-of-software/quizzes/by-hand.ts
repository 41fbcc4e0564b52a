import { byHand, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'by-hand',
  variants: [{ register: 1 }, { register: 5 }],
  question: ({ register }) =>
    register === 1
      ? 'Which of these makes the hypervisor stop the guest?'
      : 'The frame has left. Which of these steps towards the next one makes the hypervisor stop the guest?',
  run({ register }) {
    const guest = byHand();
    const { ledger } = guest.machine;
    const exitsOf = (work: () => unknown): number => {
      const before = ledger.totalExits;
      work();
      return ledger.totalExits - before;
    };
    const frame = exitsOf(() => guest.store(0x2000, new Uint8Array(60)));
    const descriptor = exitsOf(() => {
      guest.memory.write32(0x1008, 0x2000);
      guest.memory.write32(0x1004, 0x62000000 | 60);
    });
    const own = exitsOf(() => guest.memory.write32(0x1000, 0x80000000));
    const access = exitsOf(() => (register === 1 ? guest.out(0x08, 0) : guest.in(0x28)));
    return { frame, descriptor, own, access };
  },
  choices: ({ register }) => [
    {
      text: 'Writing the frame into memory',
      fits: ({ frame }) => frame > 0,
      why: 'The memory is the guest’s own. It is written as any memory is.',
    },
    {
      text: 'Writing the descriptor into memory',
      fits: ({ descriptor }) => descriptor > 0,
      why: 'A descriptor is four words of the guest’s memory. Nobody hears of it.',
    },
    {
      text: 'Giving the descriptor to the chip by its OWN bit',
      fits: ({ own }) => own > 0,
      why: 'The bit is in memory too. The chip sees it when it looks, and it does not look by itself.',
    },
    {
      text: register === 1 ? 'Writing CSR1' : 'Reading CSR5, to see whether it was sent',
      fits: ({ access }) => access > 0,
    },
  ],
  figures: ({ frame, descriptor, own, access }, { register }) => [
    { name: 'Exits for the frame', value: frame },
    { name: 'For the descriptor', value: descriptor },
    { name: 'For the OWN bit', value: own },
    { name: `For CSR${register}`, value: access },
  ],
  because: () =>
    'Memory is the guest’s own. A register is not, whether it is read or written: the processor leaves the guest in the middle of the instruction.',
});
