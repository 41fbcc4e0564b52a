import { bringUpBars, bringUpTable, knob, watchBringUp } from 'two-checkboxes';

const frame = knob('Frame size', 1514, { min: 60, max: 1514, unit: 'B' });
const phases = watchBringUp({ frames: 100, frame });

const requests = phases.flatMap((phase) => phase.requests.map((said) => said.split(': ')));

export default [
  bringUpTable(phases),
  bringUpBars(phases),
  {
    kind: 'table',
    title: 'What the root asked of the driver of the physical function',
    columns: [{ name: 'Request' }, { name: 'Answer' }],
    rows: requests,
  },
];
