import { architecture, knob } from 'two-checkboxes';

const path = knob('Path', 'vmbus', { choices: ['emulated', 'vmbus', 'sriov'] });

export default await architecture({ path, direction: 'to-neighbour' });
