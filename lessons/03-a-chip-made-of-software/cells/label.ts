import { compare, knob, profileKnob } from 'two-checkboxes';

const frame = knob('Frame size', 1514, { min: 60, max: 1514, unit: 'B' });
const profile = profileKnob('Costs of');

const { paths } = await compare({ paths: ['emulated'], frame, profile, frames: 1000 });
const { throughputGbps = 0, framesPerSecond = 0, limitedBy = '' } = paths.emulated ?? {};

export default {
  kind: 'table',
  title: `What the card says, and what it does; limited by ${limitedBy}`,
  columns: [{ name: 'Who says' }, { name: 'Rate', unit: 'Mb/s' }, { name: 'Frames a second' }],
  rows: [
    ['the label', 100, Math.round(100e6 / ((frame + 24) * 8))],
    ['the measurement', throughputGbps * 1000, Math.round(framesPerSecond)],
  ],
};
