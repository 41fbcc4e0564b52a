import { knob, ringByHand } from 'two-checkboxes';

const lookAgain = knob('The reader looks once more before it sleeps', false);

const ring = ringByHand();
ring.write('first');
ring.signal();
ring.take();
ring.take(); // finds the ring empty

// The reader is about to sleep. Before it does, the writer comes, sees the mask, and does not signal.
ring.write('second');
ring.sleep(lookAgain);

const words = ring.stuck
  ? 'Lost: a packet waits in the ring, the reader sleeps, and no signal is on its way.'
  : 'Well: the reader found the packet when it looked once more.';

export default [ring.steps(), words];
