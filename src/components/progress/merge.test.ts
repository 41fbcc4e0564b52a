import { describe, expect, it } from 'vitest';
import type { Work } from './file.ts';
import { changesOf, planImport } from './merge.ts';

const LESSONS = new Set(['01-a', '02-b']);

/** A plan for one entry of a file, against what is here under its name. */
function plan(name: string, theirs: unknown, mine?: unknown, whenHere = 5) {
  const work: Work = { entries: [{ name, when: 10, value: theirs }], leftOut: [] };
  return planImport(
    work,
    () => (mine === undefined ? undefined : { value: mine, when: whenHere }),
    LESSONS,
  );
}

describe('planImport', () => {
  it('takes what is not here', () => {
    const found = plan('cell:01-a/x', { text: 'theirs' });
    expect(found.added).toEqual([{ name: 'cell:01-a/x', value: { text: 'theirs' } }]);
    expect(changesOf(found, new Set()).get('cell:01-a/x')).toBe('{"text":"theirs"}');
  });

  it('asks of a cell in the playground what it asks of one in its lesson', () => {
    const found = plan('playground:01-a/x', { text: 'theirs', hints: 1 }, { text: 'mine' });
    expect(found.rivals).toMatchObject([{ otherwise: { text: 'mine', hints: 1 } }]);
  });

  it('asks where texts differ, and says which is newer', () => {
    const found = plan('cell:01-a/x', { text: 'theirs' }, { text: 'mine' });
    expect(found.rivals).toMatchObject([{ name: 'cell:01-a/x', newer: true }]);
    expect(changesOf(found, new Set()).get('cell:01-a/x')).toBe('{"text":"mine"}');
    expect(changesOf(found, new Set(['cell:01-a/x'])).get('cell:01-a/x')).toBe('{"text":"theirs"}');
    const older = plan('cell:01-a/x', { text: 'theirs' }, { text: 'mine' }, 20);
    expect(older.rivals).toMatchObject([{ newer: false }]);
  });

  it('asks where opened machine files differ', () => {
    const files = (text: string) => ({ files: { 'sandbox/machine/a.ts': text } });
    expect(plan('cell:01-a/x', files('1'), files('2')).rivals).toHaveLength(1);
  });

  it('unites hints and passes whichever text stays', () => {
    const found = plan(
      'exercise:01-a/x',
      { text: 'theirs', hints: 1, passed: true },
      { text: 'mine', hints: 2 },
    );
    for (const taken of [new Set<string>(), new Set(['exercise:01-a/x'])])
      expect(JSON.parse(changesOf(found, taken).get('exercise:01-a/x') ?? '')).toMatchObject({
        hints: 2,
        passed: true,
      });
  });

  it('never takes a text away for a file that has none', () => {
    const found = plan('exercise:01-a/x', { passed: true }, { text: 'mine' }, 1);
    expect(found.rivals).toEqual([]);
    expect(changesOf(found, new Set()).get('exercise:01-a/x')).toBe(
      '{"passed":true,"text":"mine"}',
    );
  });

  it('never takes a pass away', () => {
    const done = (passed: boolean) => ({ when: '2026-01-01T00:00:00Z', passed });
    expect(plan('done:exercise:01-a/x', done(false), done(true))).toMatchObject({
      same: 1,
      reached: [],
    });
    expect(plan('done:exercise:01-a/x', done(true), done(false)).reached).toHaveLength(1);
    expect(plan('quiz:01-a/q', { right: false }, { right: true })).toMatchObject({ reached: [] });
    expect(plan('quiz:01-a/q', { right: true }, { right: false }).reached).toHaveLength(1);
  });

  it('counts what is the same, in whatever order its keys stand', () => {
    expect(plan('cell:01-a/x', { text: 'a', hints: 1 }, { hints: 1, text: 'a' })).toMatchObject({
      same: 1,
      added: [],
      rivals: [],
      reached: [],
    });
  });

  it('names lessons that this site has not, and keeps their work', () => {
    const found = plan('cell:99-later/x', { text: 'theirs' });
    expect(found.strange).toEqual(['99-later']);
    expect(changesOf(found, new Set()).has('cell:99-later/x')).toBe(true);
  });

  it('asks about a profile of costs that differs', () => {
    expect(plan('profile:own', { ghz: 3 }, { ghz: 2 }).rivals).toHaveLength(1);
  });
});
