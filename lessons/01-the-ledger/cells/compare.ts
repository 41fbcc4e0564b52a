import { compare, knob } from 'two-checkboxes';

const frame = knob('Frame size', 1514, { min: 60, max: 9014, unit: 'B' });
const line = knob('Line rate', '10G', { choices: ['1G', '10G', '25G', '40G', '100G'] });
const profile = knob('Costs of', 'nehalem-2008r2', {
  choices: ['nehalem-2008r2', 'sandybridge-2012', 'skylake-2017', 'icelake-zen3-2021'],
});

export default await compare({ frame, line, profile, frames: 2000 });
