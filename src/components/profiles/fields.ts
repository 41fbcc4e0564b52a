import type { Profile } from '../../../sandbox/lab/profile/schema.ts';

type Figures = Profile['p'];

/** What a form says of a profile; numbers that nobody wrote are absent. */
export interface Fields {
  name: string;
  ghz: number | undefined;
  pcie: string;
  apicv: boolean;
  postedInterrupts: boolean;
  figures: Record<string, number | undefined>;
}

const OWN = 'the value of the profile’s author';

/**
 * `base` with what the fields say. A figure that was changed is the author's own: it has no source any more,
 * and no other value with or without mitigations.
 */
export function withFields(base: Profile, fields: Fields): unknown {
  const { figures, ...rest } = fields;
  const p: Record<string, unknown> = { ...base.p };
  const mitigated: Figures = { ...base.mitigations?.p };
  for (const [name, value] of Object.entries(figures)) {
    if (value === base.p[name]?.value) continue;
    delete mitigated[name];
    const unit = base.p[name]?.unit;
    const own = { status: 'assumed', source: [], note: OWN };
    p[name] = { ...(value !== undefined && { value }), ...(unit && { unit }), ...own };
  }
  const { mitigations } = base;
  const profile = { ...base, ...rest, id: 'own', p };
  return mitigations ? { ...profile, mitigations: { ...mitigations, p: mitigated } } : profile;
}
