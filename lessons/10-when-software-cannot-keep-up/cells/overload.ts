import { knob, sweep } from 'two-checkboxes';

const frame = knob('Frame size', 1514, { min: 60, max: 1514, unit: 'B' });

export default await sweep({
  title: 'A receiver is sent more and more',
  over: { load: [100e3, 200e3, 300e3, 400e3, 500e3, 600e3, 700e3, 800e3] },
  paths: ['vmbus', 'sriov'],
  direction: 'rx',
  frames: 4000, // more than the buffers on the way can hide
  frame,
});
