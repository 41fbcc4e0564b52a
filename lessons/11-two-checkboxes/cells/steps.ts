import {
  bringUpBars,
  bringUpRequests,
  bringUpStates,
  bringUpTable,
  knob,
  watchBringUp,
} from 'two-checkboxes';

const frame = knob('Frame size', 1514, { min: 60, max: 1514, unit: 'B' });
const seen = watchBringUp({ frames: 100, frame });

export default [bringUpTable(seen), bringUpStates(seen), bringUpBars(seen), bringUpRequests(seen)];
