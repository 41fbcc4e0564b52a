import { knob, sweep } from 'two-checkboxes';

const profile = knob('Costs of', 'icelake-zen3-2021', {
  choices: ['nehalem-2008r2', 'sandybridge-2012', 'skylake-2017', 'icelake-zen3-2021'],
});
const line = knob('Line', '100G', { choices: ['10G', '40G', '100G'] });

export default await sweep({
  title: 'Sixteen machines send; the root gets more and more cores',
  over: { rootCores: [1, 2, 3, 4, 5, 6, 8, 12] },
  paths: ['vmbus', 'sriov'],
  vms: 16,
  frames: 4000,
  line,
  profile,
});
