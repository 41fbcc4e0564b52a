import { between, compare, quiz } from 'two-checkboxes';

export default quiz({
  cell: 'compare',
  variants: [
    { path: 'vmbus', profile: 'nehalem-2008r2' },
    { path: 'sriov', profile: 'skylake-2017' },
    { path: 'emulated', profile: 'skylake-2017' },
  ],
  question: ({ path, profile }) => {
    const by = { vmbus: 'VMBus', sriov: 'SR-IOV', emulated: 'the emulated path' }[path];
    return `One machine of ${profile === 'skylake-2017' ? '2017' : '2009'} sends over ${by}. The line goes from 10 to 40 Gb/s. How much faster does it send?`;
  },
  async run({ path, profile }) {
    const [slow, fast] = await Promise.all(
      ['10G', '40G'].map((line) => compare({ paths: [path], profile, line, frames: 300 })),
    );
    const [before, after] = [slow!.paths[path]!, fast!.paths[path]!];
    return {
      before: before.throughputGbps,
      after: after.throughputGbps,
      factor: after.throughputGbps / before.throughputGbps,
      limit: before.limitedBy,
      later: after.limitedBy,
    };
  },
  choices: ({ path }) => [
    {
      text: 'Not at all',
      fits: ({ factor }) => between(factor, 0.8, 1.1),
      why: 'It had filled the slow line. With a faster one something else ends first.',
    },
    {
      text: 'Faster, but not four times',
      fits: ({ factor }) => between(factor, 1.2, 3),
      why: 'Ask what limited it before. It was not the line.',
    },
    {
      text: 'Four times as fast',
      fits: ({ factor }) => between(factor, 3.5, 4.5),
      why:
        path === 'sriov'
          ? 'The guest’s own core still has to hand over every frame.'
          : 'The line was not full. A faster one is as empty.',
    },
  ],
  figures: ({ before, after, limit, later }) => [
    { name: 'At 10 Gb/s', value: before, unit: 'Gb/s' },
    { name: 'Limited by', value: limit },
    { name: 'At 40 Gb/s', value: after, unit: 'Gb/s' },
    { name: 'Then limited by', value: later },
  ],
  because: ({ limit, later }) =>
    limit === later
      ? `It is limited by this: ${limit}. That is the same on any line.`
      : `First the line was full. Then this is what ends first: ${later}.`,
  knobs: ({ profile }) => ({ 'Line rate': '40G', 'Costs of': profile }),
});
