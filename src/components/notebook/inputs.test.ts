import { describe, expect, test } from 'vitest';
import { importsOf, inputsOf, staleWords } from './inputs.ts';

const cell = (file: string, ...imports: string[]) => ({
  file,
  hash: '',
  code: '',
  map: '',
  imports,
});
const cells = [cell('a.ts'), cell('b.ts', 'a.ts'), cell('c.ts', 'b.ts', 'a.ts'), cell('d.ts')];

describe('what a cell imports', () => {
  test('is the lesson’s list while nothing is edited', () => {
    expect(importsOf('c.ts', cells, {})).toEqual(['a.ts', 'b.ts']);
    expect(importsOf('d.ts', cells, {})).toEqual([]);
  });

  test('is what an edited text says, and what those import in turn', () => {
    const edits = { 'd.ts': "import { x } from './c.ts';", 'c.ts': 'import "./a.ts";' };
    expect(importsOf('d.ts', cells, edits)).toEqual(['a.ts', 'c.ts']);
  });

  test('ends where cells import each other', () => {
    const edits = { 'a.ts': "import './b.ts'", 'b.ts': "import './a.ts'" };
    expect(importsOf('a.ts', cells, edits)).toEqual(['b.ts']);
  });
});

describe('a result', () => {
  const then = inputsOf('c.ts', cells, {}, {}, { size: 1 });
  const words = (edits: Record<string, string>, files = {}, knobs = { size: 1 }) =>
    staleWords(then, inputsOf('c.ts', cells, edits, files, knobs));

  test('is up to date while nothing that it was made from changed', () => {
    expect(words({})).toBeUndefined();
    expect(words({ 'd.ts': 'export const x = 1;' })).toBeUndefined();
  });

  test('is stale after its own text, an import of an import, the machine or a knob changed', () => {
    expect(words({ 'c.ts': "import './b.ts';" })).toBe('the code changed since');
    expect(words({ 'a.ts': 'export const x = 2;' })).toBe('an earlier cell changed');
    expect(words({}, { 'sandbox/machine/x.ts': '' })).toBe('the machine changed since');
    expect(words({}, {}, { size: 2 })).toBe('a knob moved since');
  });
});
