import type { BusRecord } from '../recording.ts';
import type { Difference, NotCompared } from '../report.ts';

/** Differences that a report names. */
const NAMED = 20;

/** What was set aside, and the first differences. */
export class Tally {
  readonly first: Difference[] = [];
  #aside = new Map<string, NotCompared>();

  /** Sets one occurrence of `what` aside. */
  setAside(what: string, why: string): void {
    const entry = this.#aside.get(what);
    if (entry) entry.count++;
    else this.#aside.set(what, { what, count: 1, why });
  }

  /** Notes a difference at a record. */
  differs(at: BusRecord | undefined, what: string, recorded: string, model: string): void {
    if (this.first.length >= NAMED) return;
    this.first.push({ line: at?.line ?? 0, phase: at?.phase ?? '', what, recorded, model });
  }

  get notCompared(): NotCompared[] {
    return [...this.#aside.values()];
  }
}
