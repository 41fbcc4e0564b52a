import { CSR1_TRANSMIT_POLL, TulipDriver } from 'two-checkboxes';

/**
 * The driver's transmit step. The stack calls it once for each frame; `more` says that it has another
 * frame ready right behind this one.
 */
export class MyDriver extends TulipDriver {
  protected override *transmit(length: number, more: boolean) {
    this.fillDescriptor(length);
    yield* this.out(CSR1_TRANSMIT_POLL, 0);
  }
}
