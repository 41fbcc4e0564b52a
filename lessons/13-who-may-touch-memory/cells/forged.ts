import { forgeInterrupts, knob } from 'two-checkboxes';

const remapping = knob('Interrupt remapping', false);
const times = knob('Times', 100, { min: 1, max: 1000 });

export default forgeInterrupts({ remapping, times }).report;
