// The drawing on the course's first page runs this.
import { compare, knob } from 'two-checkboxes';

const frame = knob('Frame size', 1514, { min: 60, max: 1514, unit: 'B' });
const profile = knob('Costs of', 'nehalem-2008r2', {
  choices: ['nehalem-2008r2', 'sandybridge-2012', 'skylake-2017', 'icelake-zen3-2021'],
});

export default await compare({
  frame,
  profile,
  line: '10G',
  direction: 'tx',
  load: 'paced',
  frames: 100,
});
