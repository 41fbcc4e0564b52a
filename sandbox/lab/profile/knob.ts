import { knob } from '../session.ts';
import { PROFILES } from './course.ts';
import { hasOwnProfile, OWN_PROFILE } from './own.ts';

/**
 * A control that chooses whose costs are charged: one of the course's profiles by id, or `own` for a
 * reader who has made one. For `profile` of any experiment.
 * @throws UsageError when what the reader chose is not there any more
 */
export function profileKnob(label = 'Costs of', initial = 'nehalem-2008r2'): string {
  const ids = PROFILES.map(({ id }) => id);
  return knob(label, initial, { choices: hasOwnProfile() ? [...ids, OWN_PROFILE] : ids });
}
