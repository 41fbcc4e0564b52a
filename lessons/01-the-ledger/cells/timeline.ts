import { followFrame, knob } from 'two-checkboxes';

const path = knob('Path', 'emulated', { choices: ['emulated', 'vmbus', 'sriov'] });
const frame = knob('Frame size', 1514, { min: 60, max: 1514, unit: 'B' });

export default await followFrame({ path, frame });
