import { profileKnob, rootCost } from 'two-checkboxes';

const profile = profileKnob('Costs of');

// Four machines receive frames of 1514 bytes as fast as one core of the root carries them.
const cost = rootCost('vmbus', { direction: 'rx', vms: 4, rootCores: 1, profile, frames: 3000 });

const parts = Object.entries(cost.parts)
  .filter(([, cycles]) => cycles >= 0.005)
  .sort(([, a], [, b]) => b - a);
const rate = cost.throughputGbps.toFixed(2);
const busy = Math.round(cost.busy * 100);

export default {
  kind: 'table',
  title: `The core carries ${rate} Gb/s and is busy ${busy} % of the time`,
  columns: [{ name: 'Part' }, { name: 'Cycles for a byte' }, { name: 'Share', unit: '%' }],
  rows: [
    ...parts.map(([what, cycles]) => [what, cycles, Math.round((100 * cycles) / cost.sum)]),
    ['all of it', cost.sum, 100],
  ],
};
