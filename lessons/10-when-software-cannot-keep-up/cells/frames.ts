import { knob, sweep } from 'two-checkboxes';

const line = knob('Line', '10G', { choices: ['1G', '10G', '40G', '100G'] });
const direction = knob('Direction', 'tx', { choices: ['tx', 'rx'] });

export default await sweep({
  title: 'One core on each side, every frame size',
  over: { frame: [60, 90, 128, 192, 256, 384, 512, 640, 800, 1024, 1280, 1514] },
  paths: ['emulated', 'vmbus', 'sriov'],
  line,
  direction,
});
