import { describe, expect, it } from 'vitest';
import { FileError, MOST_BYTES, parseFile } from './file.ts';

const WHEN = 1_700_000_000_000;

function file(entries: Record<string, unknown>, more: object = {}): string {
  const named = Object.entries(entries).map(([name, value]) => [name, { when: WHEN, value }]);
  return JSON.stringify({
    format: 'two-checkboxes',
    version: 1,
    entries: Object.fromEntries(named),
    ...more,
  });
}

const names = (json: string): string[] => parseFile(json).entries.map(({ name }) => name);
const leftOut = (json: string): string[] => parseFile(json).leftOut.map(({ name }) => name);

describe('parseFile', () => {
  it('takes work of every kind', () => {
    const all = {
      'cell:01-a/x': { text: 'a', hash: 'h', files: { 'sandbox/machine/a.ts': 'b' } },
      'exercise:01-a/y': { text: 'a', hints: 2, passed: true },
      'quiz:01-a/z': { chosen: 1, right: true, tries: 2 },
      'done:quiz:01-a/z': { when: '2026-01-01T00:00:00.000Z', passed: true },
      'profile:own': { id: 'own' },
      playground: { text: 'a' },
      'playground:01-a/x': { text: 'a', files: { 'sandbox/machine/a.ts': 'b' } },
    };
    const { entries, leftOut } = parseFile(file(all));
    expect(Object.fromEntries(entries.map(({ name, value }) => [name, value]))).toEqual(all);
    expect(leftOut).toEqual([]);
  });

  it('keeps script in a text as the text it is', () => {
    const text = '<script>alert(1)</script>';
    expect(parseFile(file({ 'cell:01-a/x': { text } })).entries[0]?.value).toEqual({ text });
  });

  it.each([
    ['cell:01-a/x', { text: 5 }],
    ['cell:01-a/x', 'text'],
    ['cell:01-a/x', []],
    ['cell:01-a/x', null],
    ['cell:01-a/x', { files: { a: 1 } }],
    ['cell:01-a/x', { knobs: [null] }],
    ['playground:01-a/x', { text: 5 }],
    ['exercise:01-a/x', { hints: -1 }],
    ['exercise:01-a/x', { passed: 'yes' }],
    ['quiz:01-a/x', { right: 1 }],
    ['done:cell:01-a/x', { when: 'yesterday', passed: true }],
  ])('leaves %s out when it is %j, and says so', (name, value) => {
    expect(leftOut(file({ [name]: value, 'cell:02-b/good': { text: 'a' } }))).toEqual([name]);
    expect(names(file({ [name]: value, 'cell:02-b/good': { text: 'a' } }))).toEqual([
      'cell:02-b/good',
    ]);
  });

  it.each([
    'cell:<img src=x>/x',
    'cell:01-a/../../x',
    'unknown:thing',
    'tab-moves-focus',
    'rival:abc:cell:01-a/x',
    '',
  ])('leaves the name %j out', (name) => {
    expect(leftOut(file({ [name]: { text: 'a' } }))).toEqual([name]);
  });

  it('gives no date later than now, so that a file cannot win for ever', () => {
    const json = file({ 'cell:01-a/x': {} }).replace(String(WHEN), '9e15');
    expect(parseFile(json).entries[0]?.when).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    ['', /not JSON/],
    ['{"format":', /not JSON/],
    ['null', /not a file of this course/],
    ['[]', /not a file of this course/],
    ['"two-checkboxes"', /not a file of this course/],
    ['{"format":"two-checkboxes"}', /damaged: version/],
    ['{"format":"two-checkboxes","version":"1"}', /damaged: version/],
    ['{"format":"two-checkboxes","version":2,"entries":7}', /newer version/],
    [file({}, { entries: [] }), /damaged: entries/],
    [file({}, { entries: { 'cell:01-a/x': { value: {} } } }), /damaged: entries/],
    [file({}, { aside: { a: 1 } }), /damaged: aside/],
  ])('refuses %j', (json, message) => {
    expect(() => parseFile(json)).toThrow(FileError);
    expect(() => parseFile(json)).toThrow(message);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('refuses an entry called %s', (key) => {
    const inside = `{"format":"two-checkboxes","version":1,"entries":{"cell:01-a/x":{"when":1,"value":{"files":{"${key}":"a"}}}}}`;
    const outside = `{"format":"two-checkboxes","version":1,"entries":{"${key}":{"when":1,"value":{"polluted":true}}}}`;
    for (const json of [inside, outside]) expect(() => parseFile(json)).toThrow(key);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('refuses what nests deeply, without exhausting the stack', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const json = `{"format":"two-checkboxes","version":1,"entries":{"profile:own":{"when":1,"value":{"a":${deep}}}}}`;
    expect(() => parseFile(json)).toThrow(/nests more than/);
  });

  it('refuses what is too long before it reads it, and too many entries', () => {
    expect(() => parseFile(' '.repeat(MOST_BYTES + 1))).toThrow(/larger than 10 MB/);
    const many = Array.from({ length: 5_001 }, (_, i) => [`cell:01-a/c${i}`, {}]);
    expect(() => parseFile(file(Object.fromEntries(many)))).toThrow(/more than 5000/);
  });
});
