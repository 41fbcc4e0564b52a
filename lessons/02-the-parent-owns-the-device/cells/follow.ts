import { architecture, knob } from 'two-checkboxes';

const path = knob('Path', 'vmbus', { choices: ['emulated', 'vmbus', 'sriov'] });
const direction = knob('Direction', 'to the wire', { choices: ['to the wire', 'from the wire'] });

export default await architecture({ path, direction: direction === 'to the wire' ? 'tx' : 'rx' });
