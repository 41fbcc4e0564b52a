/** Reads of one bit that should agree; the majority says what it was, so that one odd read shows. */
export class Vote {
  #ones = 0;
  #zeros = 0;

  add(bit: boolean): void {
    if (bit) this.#ones++;
    else this.#zeros++;
  }

  /** 1 or 0; 1, as of a line that is pulled up, when nobody looked. */
  get bit(): number {
    return this.#ones >= this.#zeros ? 1 : 0;
  }
}

/** The value that most of `values` have; the earliest of them where numbers are equal. */
export function majority(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best = values[0] ?? 0;
  for (const [value, count] of counts) if (count > (counts.get(best) ?? 0)) best = value;
  return best;
}
