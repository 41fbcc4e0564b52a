import { knob, sweep } from 'two-checkboxes';

const profile = knob('Costs of', 'icelake-zen3-2021', {
  choices: ['nehalem-2008r2', 'sandybridge-2012', 'skylake-2017', 'icelake-zen3-2021'],
});
const direction = knob('Direction', 'tx', { choices: ['tx', 'rx'] });

export default await sweep({
  title: 'Twelve machines and twelve cores of the root, on faster and faster lines',
  over: { line: ['1G', '10G', '40G', '100G'] },
  figure: 'cores',
  vms: 12,
  rootCores: 12,
  frames: 3000,
  profile,
  direction,
});
