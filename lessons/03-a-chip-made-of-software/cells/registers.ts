import { byHand } from 'two-checkboxes';

const guest = byHand();
guest.out(0x00, 1); // CSR0: software reset

export default guest.registers('The registers after a reset');
