import { UsageError } from '../../lab/usage.ts';
import { Fields } from './fields.ts';

/** A file of test vectors: its name, as it was asked for, and its content. */
export interface VectorFile {
  readonly name: string;
  readonly content: Fields;
}

/** A difference, with the step (counted from 0) where it shows. */
export interface Difference {
  step: number;
  what: string;
  recorded: string;
  model: string;
}

/** What a replay of one file found. `first` holds the first differences only. */
export interface FamilyResult {
  steps: number;
  differences: number;
  first: Difference[];
}

/** Differences that are kept whole; the others are counted. */
const KEPT = 20;

/** Collects what a replay compares. */
export class Comparison {
  steps = 0;
  differences = 0;
  readonly first: Difference[] = [];

  /** Compares two values at the current step, numbers as they stand and bytes by `hexOf`. */
  equal(
    what: string,
    recorded: string | number | boolean | bigint,
    model: string | number | boolean | bigint,
  ): void {
    if (recorded !== model) this.differ(what, `${recorded}`, `${model}`);
  }

  /** Compares bytes at the current step; says where the first difference is. */
  bytes(what: string, recorded: Uint8Array, model: Uint8Array): void {
    const length = Math.max(recorded.length, model.length);
    for (let at = 0; at < length; at++) {
      if (recorded[at] === model[at]) continue;
      this.differ(`${what}, byte ${at}`, hexOf(recorded, at), hexOf(model, at));
      return;
    }
  }

  differ(what: string, recorded: string, model: string): void {
    this.differences++;
    if (this.first.length < KEPT) this.first.push({ step: this.steps, what, recorded, model });
  }

  get result(): FamilyResult {
    const { steps, differences, first } = this;
    return { steps, differences, first };
  }
}

function hexOf(bytes: Uint8Array, at: number): string {
  const some = bytes.subarray(at, at + 8);
  return Array.from(some, (byte) => byte.toString(16).padStart(2, '0')).join('') || 'nothing';
}

/**
 * The content of a vector file. `command` begins what is said of a damaged one.
 * @throws UsageError for what is no JSON object
 */
export function parseVectorFile(name: string, text: string, command = 'vectors'): VectorFile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new UsageError(`${command}: ${name}: not JSON`);
  }
  return { name, content: Fields.of(parsed, `${command}: ${name}`) };
}
