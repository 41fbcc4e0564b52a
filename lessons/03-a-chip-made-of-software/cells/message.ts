import { byHand, knob } from 'two-checkboxes';

const instruction = knob('Instruction', 'OUT to CSR1', {
  choices: ['OUT to CSR1', 'IN from CSR5', 'OUT to CSR6'],
});
const guest = byHand();
if (instruction === 'OUT to CSR1') guest.out(0x08, 0);
if (instruction === 'IN from CSR5') guest.in(0x28);
if (instruction === 'OUT to CSR6') guest.out(0x30, 0x020e2002);

export default guest.message(`${instruction}: the message to the root`);
