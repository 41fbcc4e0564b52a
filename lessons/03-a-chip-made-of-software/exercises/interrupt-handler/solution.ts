import { CSR2_RECEIVE_POLL, CSR5_STATUS, TulipDriver } from 'two-checkboxes';

const ANYTHING = 0x18000;
const RECEIVE_UNAVAILABLE = 1 << 7;

/**
 * Acknowledges before it looks: what happens meanwhile sets its bit again, and the last look at
 * CSR5 finds it.
 */
export class MyDriver extends TulipDriver {
  protected override *handleInterrupt() {
    let status = yield* this.in(CSR5_STATUS);
    while ((status & ANYTHING) !== 0) {
      yield* this.out(CSR5_STATUS, status);
      while (this.takeFrame()) this.refill();
      this.reclaim();
      if ((status & RECEIVE_UNAVAILABLE) !== 0) yield* this.out(CSR2_RECEIVE_POLL, 0);
      status = yield* this.in(CSR5_STATUS);
    }
  }
}
