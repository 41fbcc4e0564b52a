import icelake from '../../../content/profiles/icelake-zen3-2021.json' with { type: 'json' };
import nehalem from '../../../content/profiles/nehalem-2008r2.json' with { type: 'json' };
import sandybridge from '../../../content/profiles/sandybridge-2012.json' with { type: 'json' };
import skylake from '../../../content/profiles/skylake-2017.json' with { type: 'json' };
import type { Profile } from './schema.ts';

/** The profiles of the course, oldest first. */
export const PROFILES: readonly Profile[] = [nehalem, sandybridge, skylake, icelake] as Profile[];
