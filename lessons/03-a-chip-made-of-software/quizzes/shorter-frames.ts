import { about, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'label',
  variants: [{ frame: 757 }, { frame: 151 }],
  question: ({ frame }) =>
    `Over the emulated chip, frames of 1514 bytes give about 160 Mb/s with the costs of 2009. What do frames of ${frame} bytes give?`,
  async run({ frame }) {
    const { paths } = await compare({ paths: ['emulated'], frame, frames: 200 });
    const { throughputGbps, framesPerSecond } = paths.emulated!;
    return { megabits: throughputGbps * 1000, rate: framesPerSecond };
  },
  choices: ({ frame }) => [
    {
      text: 'About 160 Mb/s: they are sent faster',
      fits: ({ megabits }) => about(megabits, 160, 0.2),
      why: 'They are not. What takes the time are the questions, and a short frame needs as many.',
    },
    {
      text: 'About 80 Mb/s',
      fits: ({ megabits }) => about(megabits, 80, 0.2),
      why: `Frames a second stay the same, and ${frame} is a tenth of 1514.`,
    },
    {
      text: 'About 16 Mb/s',
      fits: ({ megabits }) => about(megabits, 16, 0.2),
      why: 'Frames a second stay the same, and these are half as long.',
    },
  ],
  figures: ({ megabits, rate }) => [
    { name: 'They give', value: megabits, unit: 'Mb/s' },
    { name: 'That is', value: Math.round(rate), unit: 'frames a second' },
  ],
  because: ({ rate }) =>
    `Five questions for each frame take the time: ${Math.round(rate).toLocaleString('en')} frames a second, however long they are. Bits a second follow the length.`,
  knobs: ({ frame }) => ({ 'Frame size': frame }),
});
