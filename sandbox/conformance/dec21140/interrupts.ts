import type { RegisterAccess } from '../recording.ts';
import * as spec from './spec.ts';
import type { Tally } from './tally.ts';

const RAISED_BY_RU = spec.RU | spec.AIS;

/** Compares the level of the interrupt line as each access of the driver finds it. */
export class InterruptComparison {
  compared = 0;
  mismatches = 0;
  /** The recorded level. */
  level = false;
  #tally: Tally;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** @param state `mayDiffer` around an overrun, where `enabled` (CSR7) lets RU raise the line */
  compare(
    record: RegisterAccess,
    state: { model: boolean; mayDiffer: boolean; enabled: number },
  ): void {
    const differs = state.model !== this.level;
    if (differs && state.mayDiffer && (state.enabled & RAISED_BY_RU) === RAISED_BY_RU)
      return this.#tally.setAside(
        'interrupt levels around an overrun',
        'RU comes at another moment (section 12)',
      );
    this.compared++;
    if (!differs) return;
    this.mismatches++;
    const name = (high: boolean) => (high ? 'high' : 'low');
    this.#tally.differs(record, 'interrupt', name(this.level), name(state.model));
  }
}
