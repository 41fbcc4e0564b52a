import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type DiffRow, difference } from './rows.ts';

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `line ${i}`);

it('shows a change with three lines around it, and says how many are left out', () => {
  const before = numbered(30);
  const after = [...before.slice(0, 15), 'new', ...before.slice(16)];
  const { rows, added, removed } = difference(before.join('\n'), after.join('\n'));
  expect([added, removed]).toEqual([1, 1]);
  expect(
    rows.map((row) => (row.kind === 'gap' ? `gap ${row.lines}` : `${row.kind} ${row.text}`)),
  ).toEqual([
    'gap 12',
    'same line 12',
    'same line 13',
    'same line 14',
    'removed line 15',
    'added new',
    'same line 16',
    'same line 17',
    'same line 18',
    'gap 11',
  ]);
});

it('takes a newline at the end for nothing, and an empty text for no line', () => {
  expect(difference('a\nb', 'a\nb\n')).toMatchObject({ added: 0, removed: 0 });
  expect(difference('', 'a\n')).toEqual({
    rows: [{ kind: 'added', text: 'a' }],
    added: 1,
    removed: 0,
  });
  expect(difference('a', '')).toMatchObject({ added: 0, removed: 1 });
  expect(difference('', '')).toEqual({ rows: [], added: 0, removed: 0 });
});

it('gives up on texts that have nothing in common, and still shows both', () => {
  const before = Array.from({ length: 6_000 }, (_, i) => `old ${i}`).join('\n');
  const after = Array.from({ length: 6_000 }, (_, i) => `new ${i}`).join('\n');
  const began = performance.now();
  expect(difference(before, after)).toMatchObject({ added: 6_000, removed: 6_000 });
  expect(performance.now() - began).toBeLessThan(5_000);
});

it('keeps every line of both texts, in order', () => {
  const text = fc.array(fc.constantFrom('a', 'b', '', '  c'), { maxLength: 30 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const { rows } = difference(`${before.join('\n')}\n`, `${after.join('\n')}\n`);
      const kept = (without: string): number =>
        rows.reduce(
          (n, row: DiffRow) => n + (row.kind === 'gap' ? row.lines : row.kind === without ? 0 : 1),
          0,
        );
      expect(kept('added')).toBe(Math.max(before.length, 1));
      expect(kept('removed')).toBe(Math.max(after.length, 1));
    }),
  );
});
