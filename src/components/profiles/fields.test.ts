import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Profile } from '../../../sandbox/lab/profile/schema.ts';
import { type Fields, withFields } from './fields.ts';
import { GROUPS, wordsFor } from './words.ts';

interface Rules {
  FIGURES: Record<string, unknown>;
  profileProblems(value: unknown): { at: string; says: string }[];
}

/** The lab's rules, which the page gets as a bundle. */
const parts = import.meta.glob<Partial<Rules>>('../../../sandbox/lab/profile/{figures,schema}.ts', {
  eager: true,
});
const { FIGURES, profileProblems }: Rules = Object.assign({}, ...Object.values(parts));

const base: Profile = JSON.parse(readFileSync('content/profiles/skylake-2017.json', 'utf8'));

function fields(change: Partial<Fields> = {}): Fields {
  const figures = Object.fromEntries(Object.entries(base.p).map(([name, p]) => [name, p.value]));
  const { name, ghz, pcie, apicv, postedInterrupts } = base;
  return { name, ghz, pcie, apicv, postedInterrupts, figures, ...change };
}

describe('the form', () => {
  test('that nobody changed gives the profile it was filled from, as one’s own', () => {
    expect(withFields(base, fields())).toEqual({ ...base, id: 'own' });
  });

  test('makes a changed figure its author’s, with and without mitigations', () => {
    const { figures } = fields();
    const own = withFields(base, fields({ ghz: 3, figures: { ...figures, vmexit_rtt: 900 } }));
    expect(profileProblems(own)).toEqual([]);
    const { ghz, p, mitigations } = own as Profile;
    expect(ghz).toBe(3);
    expect(p.vmexit_rtt).toMatchObject({ value: 900, status: 'assumed', source: [] });
    expect(mitigations?.p).not.toHaveProperty('vmexit_rtt');
    expect(mitigations?.p).toHaveProperty('syscall_rtt');
    expect(p.dma_write).toEqual(base.p.dma_write);
  });

  test('with an empty field gives what the rules refuse, by its name', () => {
    const { figures } = fields();
    const own = withFields(base, fields({ figures: { ...figures, dma_write: undefined } }));
    expect(profileProblems(own)).toEqual([{ at: 'dma_write', says: "'dma_write' has no value" }]);
  });
});

test('the page has words for every figure, and for no other', () => {
  for (const name of Object.keys(FIGURES)) expect(wordsFor(name)).not.toBe('');
  expect(GROUPS.flatMap(({ figures }) => figures)).toHaveLength(Object.keys(FIGURES).length);
});
