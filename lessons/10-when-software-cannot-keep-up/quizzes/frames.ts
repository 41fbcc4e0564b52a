import { about, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'frames',
  variants: [{ frame: 757 }, { frame: 378 }],
  question: ({ frame }) =>
    `Over VMBus, frames of 1514 bytes give about 7 Gb/s. What do frames of ${frame} bytes give?`,
  async run({ frame }) {
    const rate = async (size: number): Promise<number> =>
      (await compare({ paths: ['vmbus'], frame: size, frames: 500 })).paths.vmbus!.throughputGbps;
    return { long: await rate(1514), short: await rate(frame) };
  },
  choices: ({ frame }) => [
    {
      text: 'Nearly the same: there are more of them',
      fits: ({ long, short }) => about(short / long, 1, 0.2),
      why: 'There are not more of them: a core does so many frames a second, and they were all used.',
    },
    {
      text: 'About half',
      fits: ({ long, short }) => about(short / long, 0.5, 0.15),
      why: 'Gigabits are frames times length. How much shorter are these?',
    },
    {
      text: 'About a quarter',
      fits: ({ long, short }) => about(short / long, 0.25, 0.15),
      why: `Gigabits are frames times length, and ${frame} is half of 1514.`,
    },
  ],
  figures: ({ long, short }, { frame }) => [
    { name: 'Frames of 1514 bytes', value: long, unit: 'Gb/s' },
    { name: `Frames of ${frame} bytes`, value: short, unit: 'Gb/s' },
  ],
  because: (_, { frame }) =>
    `A core does so many frames a second, and does not care how long they are. ${frame} bytes are a quarter of 1514, and so are the gigabits.`,
});
