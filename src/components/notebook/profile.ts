import { read, write } from './store.ts';

const NAME = 'profile:own';

/**
 * The reader's own cost profile as this browser keeps it, unchecked: whoever uses it checks it by the rules
 * of the lab. Undefined where there is none.
 */
export function keptProfile(): unknown {
  return read<unknown>(NAME);
}

/** Keeps a profile, or forgets it. False when the browser refuses. */
export function keepProfile(profile: unknown): boolean {
  return write(NAME, profile);
}
