import { quiz, vfsByHand } from 'two-checkboxes';

export default quiz({
  cell: 'five-writes',
  variants: [
    { enable: false, count: 2 },
    { enable: true, count: 2 },
    { enable: false, count: 8 },
  ],
  question: ({ enable, count }) =>
    enable
      ? `NumVFs is ${count}, and you have set VF Enable. Then you read the first word of 01:10.0, where the first virtual function is to stand: its ids. What do you get?`
      : `You have written ${count} to NumVFs, and nothing else. Then you read the class register of 01:10.0, where the first virtual function is to stand. What do you get?`,
  run({ enable, count }) {
    const nic = vfsByHand();
    nic.numVfs = count;
    if (enable) nic.vfEnable = true;
    const there = nic.answering.length - 1;
    const ids = nic.read(nic.place, 0x00);
    return { ids, there, word: nic.read('01:10.0', enable ? 0x00 : 0x08), numVfs: nic.numVfs };
  },
  choices: ({ enable }) => [
    {
      text: enable ? 'The ids of the card' : 'Network controller',
      fits: ({ word, ids }) => (enable ? word === ids : word >>> 24 === 0x02),
      why: enable
        ? 'A virtual function has no ids of its own: the standard wants these words to read as ones. Software takes them from the physical function.'
        : 'Nothing is there yet that could say so. NumVFs is a wish.',
    },
    {
      text: 'All ones',
      fits: ({ word }) => word === 0xffffffff,
      why: 'The function is there, and answers.',
    },
    {
      text: 'All zeros',
      fits: ({ word }) => word === 0,
      why: 'Zeros would be an answer. A request that nobody answers reads as ones.',
    },
  ],
  figures: ({ there, word, numVfs }) => [
    { name: 'NumVFs reads', value: numVfs },
    { name: 'Virtual functions there', value: there },
    { name: 'The word read', value: `0x${word.toString(16).padStart(8, '0')}` },
  ],
  because: ({ there }) =>
    there > 0
      ? 'The functions are there, and still these two words read as ones: the standard leaves the ids to the physical function. The class is what tells that somebody answers.'
      : 'NumVFs is a wish. Until VF Enable is set no function is there, and a request that nobody answers reads as ones.',
  knobs: ({ count }) => ({ NumVFs: count }),
});
