import { quiz, vfsByHand } from 'two-checkboxes';

export default quiz({
  cell: 'five-writes',
  variants: [
    { count: 2, later: 5 },
    { count: 6, later: 1 },
  ],
  question: ({ count, later }) =>
    `NumVFs is ${count}, and VF Enable is set. Now you write ${later} to NumVFs. How many virtual functions are there?`,
  run({ count, later }) {
    const nic = vfsByHand();
    nic.numVfs = count;
    nic.vfEnable = true;
    nic.numVfs = later;
    return { there: nic.answering.length - 1, reads: nic.numVfs, count, later };
  },
  choices: ({ count, later }) => [
    {
      text: 'None: it takes them away',
      fits: ({ there }) => there === 0,
      why: 'Only clearing VF Enable does that.',
    },
    { text: `${count}, as before`, fits: ({ there }) => there === count },
    {
      text: `${later}`,
      fits: ({ there }) => there === later,
      why: 'Functions would come or go while somebody uses them. So the write has no effect.',
    },
  ],
  figures: ({ there, reads }) => [
    { name: 'NumVFs reads', value: reads },
    { name: 'Functions there', value: there },
  ],
  because: () =>
    'NumVFs may only be changed while VF Enable is clear. Our chip ignores the write; software must not count on what another does.',
  knobs: ({ count, later }) => ({ NumVFs: count, 'NumVFs, written again while enabled': later }),
});
