import { UsageError } from '../lab/usage.ts';

/** A word as a number. */
export function toNumber(name: string, word: string): number {
  const value = Number(word);
  if (word.trim() !== '' && Number.isFinite(value)) return value;
  throw new UsageError(`--${name}: '${word}' is not a number`);
}
