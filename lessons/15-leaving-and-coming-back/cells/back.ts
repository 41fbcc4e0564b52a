import { comeBack, knob, momentTable, pathChart } from 'two-checkboxes';

const offerAfter = knob('The root offers the VF after', 1000, {
  min: 0,
  max: 2000,
  step: 250,
  unit: 'ms',
});

const { moments, samples, lost } = comeBack({ offerAfter });

export default [
  pathChart('What arrives in each 25 ms', samples),
  momentTable(`What happened; ${lost.in + lost.out} frames were lost`, moments),
];
