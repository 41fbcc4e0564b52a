import type { RegisterAccess } from '../recording.ts';
import type { RegisterFigures } from '../report.ts';
import { exclusions, filterBits, notComparable, type ReadContext } from './register-rules.ts';
import * as spec from './spec.ts';
import type { Tally } from './tally.ts';

/** Compares the driver's reads of registers, each under the bits that the manual defines. */
export class RegisterComparison {
  readonly perRegister = new Map<number, RegisterFigures>();
  #tally: Tally;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** One read: `record` has what the recorded device gave, the context what the model gives. */
  read(record: RegisterAccess, context: ReadContext): void {
    const figures = this.#figures(record.offset);
    figures.reads++;
    const skip = notComparable(record, context.fresh);
    if (skip) return this.#tally.setAside(`reads: ${skip.what}`, skip.why);
    figures.compared++;
    const mask = spec.DEFINED[record.offset / 8];
    let difference = (record.value ^ context.model) & mask;
    for (const { bits, what, why } of exclusions(record, context)) {
      if ((difference & bits) === 0) continue;
      this.#tally.setAside(`bits of reads: ${what}`, why);
      difference &= ~bits;
    }
    difference |= this.#filterBits(record, context);
    if (difference === 0) return;
    figures.mismatches++;
    const name = `CSR${record.offset / 8}, bits ${spec.hex(difference)}`;
    this.#tally.differs(record, name, spec.hex(record.value), spec.hex(context.model));
  }

  get figures(): { compared: number; mismatches: number } {
    const all = [...this.perRegister.values()];
    const sum = (of: (one: RegisterFigures) => number) => all.reduce((s, one) => s + of(one), 0);
    return { compared: sum((one) => one.compared), mismatches: sum((one) => one.mismatches) };
  }

  /** Where the recorded device has no say on HP, HO and IF, the manual's table has. */
  #filterBits({ offset }: RegisterAccess, { model, filterType }: ReadContext): number {
    if (offset !== spec.CSR6 || filterType === 0) return 0;
    return (model ^ filterBits(filterType)) & (spec.HP | spec.HO | spec.IF);
  }

  #figures(offset: number): RegisterFigures {
    const found = this.perRegister.get(offset);
    if (found) return found;
    const mask = spec.hex(spec.DEFINED[offset / 8] ?? 0);
    const figures = { reads: 0, compared: 0, mismatches: 0, mask };
    this.perRegister.set(offset, figures);
    return figures;
  }
}
