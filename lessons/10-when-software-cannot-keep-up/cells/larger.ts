import { bulkSendTable, knob } from 'two-checkboxes';

const profile = knob('Costs of', 'icelake-zen3-2021', {
  choices: ['nehalem-2008r2', 'sandybridge-2012', 'skylake-2017', 'icelake-zen3-2021'],
});

export default bulkSendTable({ line: '100G', profile });
