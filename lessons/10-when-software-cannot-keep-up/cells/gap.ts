import { compare, knob } from 'two-checkboxes';

const frame = knob('Frame size', 1514, { min: 60, max: 1514, unit: 'B' });
const profile = knob('Costs of', 'nehalem-2008r2', {
  choices: ['nehalem-2008r2', 'sandybridge-2012', 'skylake-2017', 'icelake-zen3-2021'],
});

const { paths } = await compare({ frame, profile, line: '100G' });

/** Nanoseconds of processor time, of all owners together, that one frame takes. */
const spent = Object.values(paths).map(({ cores, framesPerSecond }) => {
  const { guest, hypervisor, rootKernel, rootUser } = cores;
  return ((guest + hypervisor + rootKernel + rootUser) / framesPerSecond) * 1e9;
});

/** With the frame go 24 bytes: preamble, check sequence, and the gap before the next one. */
const gap = (gigabits: number) => ((frame + 24) * 8) / gigabits;

export default {
  kind: 'table',
  title: `Frames of ${frame} bytes: time between two, and processors they would keep busy`,
  columns: [
    { name: 'Line', unit: 'Gb/s' },
    { name: 'Time between two frames', unit: 'ns' },
    ...Object.keys(paths).map((path) => ({ name: path, unit: 'processors' })),
  ],
  rows: [1, 10, 40, 100].map((line) => [
    line,
    gap(line),
    ...spent.map((time) => Math.round((10 * time) / gap(line)) / 10),
  ]),
};
