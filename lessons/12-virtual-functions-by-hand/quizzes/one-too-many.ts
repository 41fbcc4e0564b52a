import { quiz, vfsByHand } from 'two-checkboxes';

export default quiz({
  cell: 'shortage',
  variants: [
    { lastBus: 1, memoryMiB: 32, asked: 129 },
    { lastBus: 2, memoryMiB: 16, asked: 129 },
    { lastBus: 2, memoryMiB: 32, asked: 129 },
  ],
  question: ({ lastBus, memoryMiB, asked }) =>
    `A card has 200 functions, from 01:10.0 on one after the other, with 64 KiB in each of two BARs. The highest bus number is ${lastBus}, and its window has ${memoryMiB} MiB. You ask for ${asked}. What do you get?`,
  run({ lastBus, memoryMiB, asked }) {
    const nic = vfsByHand({
      totalVfs: 200,
      firstOffset: 128,
      stride: 1,
      vfKiB: 64,
      lastBus,
      memoryMiB,
    });
    const result = nic.enable(asked);
    const answer = result.kind === 'enabled' ? 'enabled' : `${result.reason}: ${result.detail}`;
    return { answer, there: nic.answering.length - 1 };
  },
  choices: ({ memoryMiB, lastBus }) => [
    {
      text: 'All of them',
      fits: ({ there }) => there === 129,
      why:
        lastBus === 1
          ? 'On bus 01 there is room for 128 of them. The next one needs a bus that there is not.'
          : 'Two BARs of 200 times 64 KiB want 25 MiB, and there are 16.',
    },
    {
      text: 'A refusal, for want of a bus number',
      fits: ({ answer }) => answer.startsWith('bus number'),
      why: 'The 129th is on bus 02, and there is one.',
    },
    {
      text: 'A refusal, for want of memory',
      fits: ({ answer }) => answer.startsWith('not enough MMIO'),
      why: `Two BARs of 200 times 64 KiB are 25 MiB, and the window has ${memoryMiB}.`,
    },
  ],
  figures: ({ answer, there }) => [
    { name: 'The answer', value: answer },
    { name: 'Functions there', value: there },
  ],
  because: ({ there }) =>
    there > 0
      ? 'There is a bus for the last of them, and addresses for all 200 that there could be.'
      : 'All that are asked for, or none. A function needs a number on a bus, and room in the window.',
  knobs: ({ lastBus, memoryMiB, asked }) => ({
    'Highest bus number': lastBus,
    Window: memoryMiB,
    'Virtual functions asked for': asked,
  }),
});
