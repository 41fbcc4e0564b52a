import { existsSync, readFileSync, statSync } from 'node:fs';
import { OWN_PROFILE } from '../lab/profile/own.ts';
import { checkProfile, type Profile } from '../lab/profile/schema.ts';
import { PROFILES } from '../lab/profiles.ts';
import { UsageError } from '../lab/usage.ts';

/** Bytes that a profile's file may have: ten times one of the course's. */
const MOST_BYTES = 100_000;

/**
 * What `--profile` names: one of the course's by id, or a file with one of the reader's own.
 * @throws UsageError for a word that is neither, and for a file that is no profile
 */
export function toProfile(word: string): string | Profile {
  if (PROFILES.some(({ id }) => id === word) || word === OWN_PROFILE) return word;
  if (existsSync(word)) return readProfile(word);
  const ids = PROFILES.map(({ id }) => id).join(', ');
  throw new UsageError(
    `--profile: there is no '${word}'; choose one of ${ids}, or name the file of a profile`,
  );
}

/** The profile in a file. @throws UsageError that names the file and what is wrong with it */
export function readProfile(path: string): Profile {
  const file = statSync(path);
  if (!file.isFile()) throw new UsageError(`--profile: ${path} is no file`);
  if (file.size > MOST_BYTES)
    throw new UsageError(
      `--profile: ${path} has ${file.size} bytes; a profile has ${MOST_BYTES} at most`,
    );
  try {
    return checkProfile(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const { message } = error as Error;
    const why = error instanceof SyntaxError ? `it is not JSON: ${message}` : message;
    throw new UsageError(`--profile ${path}: ${why}`);
  }
}
