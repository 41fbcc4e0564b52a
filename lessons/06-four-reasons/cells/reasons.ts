import { fourReasons, fourReasonsBars, fourReasonsTable, knob, profileKnob } from 'two-checkboxes';

const frame = knob('Frame size', 1514, { min: 60, max: 1514, unit: 'B' });
const load = knob('Load', 'as much as it can', { choices: ['as much as it can', '250 a second'] });
const profile = profileKnob('Costs of');

const report = fourReasons({
  frame,
  profile,
  load: load === '250 a second' ? 'paced' : 'max',
  frames: 300,
});

export default [fourReasonsBars(report), fourReasonsTable(report)];
