import { UsageError } from '../usage.ts';
import { checkProfile, type Profile } from './schema.ts';

/** The id by which a session knows the reader's own profile. */
export const OWN_PROFILE = 'own';

/** The reader's own profile, or why what was given is none. */
type Kept = { profile: Profile } | { problem: string };

let kept: Kept | undefined;

/**
 * Keeps a profile of the reader's own for the session, under the id `own`; undefined forgets it. What is no
 * profile is kept as that: it must not stop a run that never asks for it.
 */
export function keepOwnProfile(value: unknown): void {
  kept = value === undefined ? undefined : tried(value);
}

function tried(value: unknown): Kept {
  try {
    return { profile: { ...checkProfile(value), id: OWN_PROFILE } };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

export function hasOwnProfile(): boolean {
  return kept !== undefined && 'profile' in kept;
}

/** The reader's own profile. @throws UsageError where there is none, or what is kept is none */
export function ownProfile(): Profile {
  if (kept === undefined)
    throw new UsageError(
      "profile: there is no 'own' here; make one on the page Profiles, or name a file with --profile",
    );
  if ('problem' in kept) throw new UsageError(`your own ${kept.problem}`);
  return kept.profile;
}
