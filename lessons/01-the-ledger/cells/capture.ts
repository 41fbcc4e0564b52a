import { knob, recording, sendCapture } from 'two-checkboxes';

const path = knob('Path', 'emulated', { choices: ['emulated', 'vmbus', 'sriov'] });

export default await sendCapture({ bytes: recording('tulip21140.pcap'), path });
