import { CSR1_TRANSMIT_POLL, TulipDriver } from 'two-checkboxes';

/**
 * The driver's transmit step. One poll demand makes the chip send every descriptor it owns, so only the
 * last frame of a batch needs one; a full ring must not wait for a frame that cannot come.
 */
export class MyDriver extends TulipDriver {
  protected override *transmit(length: number, more: boolean) {
    this.fillDescriptor(length);
    if (more && this.freeDescriptors >= 2) return;
    yield* this.out(CSR1_TRANSMIT_POLL, 0);
  }
}
