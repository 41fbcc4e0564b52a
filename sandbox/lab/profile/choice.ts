import type { CompareConfig } from '../report.ts';
import { UsageError } from '../usage.ts';
import { PROFILES } from './course.ts';
import { OWN_PROFILE, ownProfile } from './own.ts';
import { checkProfile, type Primitive, type Profile } from './schema.ts';

/** A profile by its id, or one of the caller's own. */
export type ProfileChoice = string | Profile;

/** The fields of a comparison's configuration that say what things cost. */
type Costing = Pick<CompareConfig, 'profile' | 'ownProfile' | 'mitigations'>;

/**
 * The profile of that id, or the object, checked.
 * @throws UsageError that names the ids there are, or what is wrong with the object
 */
export function findProfile(choice: ProfileChoice): Profile {
  if (typeof choice !== 'string') return checkProfile(choice);
  if (choice === OWN_PROFILE) return ownProfile();
  const found = PROFILES.find(({ id }) => id === choice);
  if (found !== undefined) return found;
  const ids = PROFILES.map(({ id }) => id).join(', ');
  throw new UsageError(`profile: there is no '${choice}'; choose one of ${ids}`);
}

/**
 * What a comparison's configuration says about costs. A profile that is not one of the course's goes with
 * it, so that the configuration says all wherever it is read.
 * @throws UsageError for a profile or mitigations that cannot be
 */
export function completeCosting(options: {
  profile?: ProfileChoice;
  ownProfile?: Profile;
  mitigations?: boolean;
}): Costing {
  const { mitigations, ownProfile, profile: choice = ownProfile ?? 'nehalem-2008r2' } = options;
  // A configuration has both: the id and the profile. Another id is another choice.
  const profile = findProfile(choice === ownProfile?.id ? ownProfile : choice);
  const costing: Costing = {
    profile: profile.id,
    ...(PROFILES.includes(profile) ? {} : { ownProfile: profile }),
  };
  if (mitigations === undefined) return costing;
  if (typeof mitigations !== 'boolean')
    throw new UsageError(`mitigations: '${String(mitigations)}' is not true or false`);
  withMitigations(profile, mitigations);
  return { ...costing, mitigations };
}

/** The profile that a complete configuration runs with. */
export function profileOf({ profile, ownProfile, mitigations }: Costing): Profile {
  const found = ownProfile ?? findProfile(profile);
  return mitigations === undefined ? found : withMitigations(found, mitigations);
}

/**
 * The profile with or without the mitigations of 2018.
 * @throws UsageError where the profile has no figures for that
 */
export function withMitigations(profile: Profile, on: boolean): Profile {
  const { mitigations, p } = profile;
  if (on === (mitigations?.included ?? false)) return profile;
  if (mitigations === undefined)
    throw new UsageError(`mitigations: profile '${profile.id}' has no figures with them`);
  const before: Record<string, Primitive> = {};
  for (const name of Object.keys(mitigations.p)) if (Object.hasOwn(p, name)) before[name] = p[name];
  return {
    ...profile,
    p: { ...p, ...mitigations.p },
    mitigations: { included: on, p: before },
  };
}
