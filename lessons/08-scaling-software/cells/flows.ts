import { compare, knob } from 'two-checkboxes';

const vrss = knob('Spread flows over queues (vRSS)', true);
const flows = knob('Flows', 4, { choices: [1, 2, 4] });

const { paths } = await compare({
  paths: ['vmbus'],
  direction: 'rx',
  vms: 1,
  queues: flows, // a queue for each flow
  vrss,
  rootCores: 4,
  guestCores: 4,
  line: '100G',
  frames: 2000,
});
const { throughputGbps = 0, rootCoresBusy = [], limitedBy = '' } = paths.vmbus ?? {};

export default {
  kind: 'table',
  title: `One machine, ${flows} flows: ${throughputGbps.toFixed(1)} Gb/s, limited by ${limitedBy}`,
  columns: [{ name: 'Core of the root' }, { name: 'Busy', unit: '%' }],
  rows: rootCoresBusy.map((busy, core) => [core, Math.round(busy * 100)]),
};
