import { Random } from './random.ts';

/** The times between the arrivals of a series, one after another. */
export interface Gaps {
  /** Whole picoseconds from the arrival before to the next one. */
  next(): number;
}

/**
 * Arrivals of a Poisson process: exponential gaps around a mean. Drawn as von Neumann did, by comparing
 * uniform numbers only (Various techniques used in connection with random digits, 1951): a run of falling
 * numbers that ends after an odd count starts with an exponential fraction; every failed run adds a whole one.
 */
export class PoissonGaps implements Gaps {
  #random: Random;
  #unit: number;

  /** @param mean picoseconds */
  constructor(mean: number, seed: number) {
    this.#random = new Random(seed);
    this.#unit = mean / 4294967296;
  }

  next(): number {
    const random = this.#random;
    for (let whole = 0; ; whole++) {
      const first = random.next();
      let last = first;
      let count = 1;
      for (let u = random.next(); u < last; u = random.next()) {
        last = u;
        count++;
      }
      if (count % 2 === 1) return Math.round((whole * 4294967296 + first) * this.#unit);
    }
  }
}

/** Gaps as they were recorded, from the first again after the last. */
export class RecordedGaps implements Gaps {
  #gaps: Float64Array;
  #at = 0;

  /** @param gaps whole picoseconds, at least one */
  constructor(gaps: Float64Array) {
    this.#gaps = gaps;
  }

  next(): number {
    const gap = this.#gaps[this.#at];
    this.#at = this.#at + 1 === this.#gaps.length ? 0 : this.#at + 1;
    return gap;
  }
}
