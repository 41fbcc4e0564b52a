import { ringByHand } from 'two-checkboxes';

const ring = ringByHand();
ring.write('first');
ring.write('second');
ring.write('third');
ring.signal();
ring.take();

export default [ring.ring('Three written, one taken'), ring.control(), ring.packet(1)];
