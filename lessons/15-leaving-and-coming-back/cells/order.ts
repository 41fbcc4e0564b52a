import {
  knob,
  LEAVING_STEPS,
  leaveVf,
  leavingTable,
  pathChart,
  watchLeaving,
} from 'two-checkboxes';

const ORDERS = {
  'reset first': ['reset-vf', 'switch-path', 'move-filter', 'delete-vport', 'free-vf'],
  'VPort before filter': ['switch-path', 'delete-vport', 'move-filter', 'reset-vf', 'free-vf'],
  'guest last': ['move-filter', 'delete-vport', 'reset-vf', 'free-vf', 'switch-path'],
  'free first': ['free-vf', 'switch-path', 'move-filter', 'delete-vport', 'reset-vf'],
  'as documented': LEAVING_STEPS,
} as const;

const order = knob('Order', 'reset first', { choices: Object.keys(ORDERS) });
const rate = knob('Frames each way', 10_000, { min: 1000, max: 20_000, step: 1000, unit: '/s' });
const stepTime = knob('Time for a step', 5, { min: 1, max: 20, unit: 'ms' });

const options = { steps: ORDERS[order as keyof typeof ORDERS], rate, stepTime };

export default [
  leavingTable(leaveVf(options)),
  pathChart('What arrives in each millisecond', watchLeaving(options)),
];
