import type { RingState } from 'two-checkboxes';

/**
 * Whether the writer signals, now that its packet is in the ring and visible. `before` was read before
 * the packet was published, `after` when it had been; the reader has gone on in between.
 *
 * Both have `writeIndex`, `readIndex` and `interruptMask`. The ring is empty when the indices are equal.
 * A reader sets the mask to 1 while it does not want to be disturbed.
 */
export function signal(before: RingState, after: RingState): boolean {
  return before.readIndex === before.writeIndex;
}
