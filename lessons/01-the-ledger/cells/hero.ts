// The drawing on the course's first page runs this.
import { compare, knob, profileKnob } from 'two-checkboxes';

const frame = knob('Frame size', 1514, { min: 60, max: 1514, unit: 'B' });
const profile = profileKnob('Costs of');

export default await compare({
  frame,
  profile,
  line: '10G',
  direction: 'tx',
  load: 'paced',
  frames: 100,
});
