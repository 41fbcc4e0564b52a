import { between, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'label',
  variants: [
    { frame: 1514, profile: 'nehalem-2008r2' },
    { frame: 60, profile: 'nehalem-2008r2' },
    { frame: 256, profile: 'sandybridge-2012' },
    { frame: 1514, profile: 'icelake-zen3-2021' },
  ],
  question: ({ frame, profile }) => {
    const year = profile === 'nehalem-2008r2' ? '2009' : profile.slice(-4);
    return `The transceiver says 100 Mb/s. The host’s line is 10 Gb/s. How fast does the virtual machine send frames of ${frame} bytes, with the costs of ${year}?`;
  },
  async run({ frame, profile }) {
    const { paths } = await compare({ paths: ['emulated'], frame, profile, frames: 200 });
    const { throughputGbps, framesPerSecond } = paths.emulated!;
    return { megabits: throughputGbps * 1000, framesPerSecond };
  },
  choices: () => [
    {
      text: 'A good deal less than 100 Mb/s',
      fits: ({ megabits }) => between(megabits, 0, 70),
      why: 'For small frames that is so. These are long enough: the same number of questions carries more bytes.',
    },
    {
      text: 'Just under 100 Mb/s',
      fits: ({ megabits }) => between(megabits, 70, 100),
      why: 'The label is not what limits it. The model has no wire of its own that could.',
    },
    {
      text: 'More than 100 Mb/s, but nowhere near the line',
      fits: ({ megabits }) => between(megabits, 100, 2000),
      why: 'Frames a second are what is limited, and these frames are small.',
    },
    {
      text: 'Just under 10 Gb/s',
      fits: ({ megabits }) => between(megabits, 9000, 10_000),
      why: 'Five questions for each frame come first, each with the way to the worker and back.',
    },
  ],
  figures: ({ megabits, framesPerSecond }) => [
    { name: 'It sends', value: megabits, unit: 'Mb/s' },
    { name: 'That is', value: Math.round(framesPerSecond), unit: 'frames a second' },
  ],
  because: ({ framesPerSecond }, { frame }) =>
    `The path carries ${Math.round(framesPerSecond).toLocaleString('en')} frames a second, of whatever length. Times ${frame} bytes, that is the rate. The label is not in the sum.`,
  knobs: ({ frame, profile }) => ({ 'Frame size': frame, 'Costs of': profile }),
});
