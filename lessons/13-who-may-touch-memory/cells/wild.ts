import { DESCRIPTORS, knob, wildDescriptor } from 'two-checkboxes';

const descriptor = knob('Sixth descriptor points to', DESCRIPTORS[1], { choices: DESCRIPTORS });
const remapping = knob('DMA remapping', false);

export default wildDescriptor({ descriptor, remapping }).reports;
