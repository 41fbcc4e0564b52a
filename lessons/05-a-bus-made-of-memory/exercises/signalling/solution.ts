import type { RingState } from 'two-checkboxes';

/**
 * No signal to a reader that does not want one. Else a signal if the reader had taken everything that
 * was there before: its index, as it is now, has come to where this packet begins.
 */
export function signal(before: RingState, after: RingState): boolean {
  return after.interruptMask === 0 && after.readIndex === before.writeIndex;
}
