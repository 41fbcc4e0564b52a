import { compare, knob, profileKnob } from 'two-checkboxes';

const frame = knob('Frame size', 1514, { min: 60, max: 9014, unit: 'B' });
const line = knob('Line rate', '10G', { choices: ['1G', '10G', '25G', '40G', '100G'] });
const profile = profileKnob('Costs of');

export default await compare({ frame, line, profile, frames: 2000 });
