import { highestLossFree, knob } from 'two-checkboxes';

const direction = knob('Direction', 'rx', { choices: ['tx', 'rx'] });
const profile = knob('Costs of', 'nehalem-2008r2', {
  choices: ['nehalem-2008r2', 'sandybridge-2012', 'skylake-2017', 'icelake-zen3-2021'],
});

export default await highestLossFree({
  title: 'The highest load at which every frame arrives',
  over: { frame: [60, 512, 1514] },
  paths: ['vmbus', 'sriov'],
  direction,
  profile,
});
