import { knob, pauseAttack } from 'two-checkboxes';

const filter = knob('Stop pause frames of virtual functions', false);
const line = knob('Line', '10G', { choices: ['1G', '10G', '25G'] });

const rates = [0, 50, 100, 150, 200, 300];
const points = rates.map((perSecond) => ({
  x: perSecond,
  y: pauseAttack({ perSecond, filter, line }).neighbourGbps,
}));

export default {
  kind: 'chart',
  title: 'What a neighbour receives while another machine sends pause frames',
  x: { label: 'Pause frames a second', unit: '/s' },
  y: { label: 'The neighbour receives', unit: 'Gb/s' },
  series: [{ name: filter ? 'with the filter' : 'without a filter', path: 'sriov', points }],
};
