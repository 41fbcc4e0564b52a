import { CSR5_STATUS, TulipDriver } from 'two-checkboxes';

/**
 * The driver with an empty interrupt handler. What you have:
 *
 * - `yield* this.in(CSR5_STATUS)` and `yield* this.out(CSR5_STATUS, bits)`: read why the chip
 *   interrupts; bits that you write as 1 are cleared. Bits 15 and 16 (0x18000) say that anything
 *   at all is on.
 * - `this.reclaim()`: takes back the descriptors of frames that were sent. No register access.
 * - `this.takeFrame()`: hands the next received frame to the stack; false when there is none.
 *   `this.refill()`: gives its descriptor back to the chip. No register access.
 * - `yield* this.out(CSR2_RECEIVE_POLL, 0)`: tells a receiver that ran out of descriptors (bit 7) to
 *   look again.
 */
export class MyDriver extends TulipDriver {
  protected override *handleInterrupt() {
    yield* this.in(CSR5_STATUS);
  }
}
