import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const heights: Record<string, Record<string, Record<string, string>>> = JSON.parse(
  readFileSync('content/heights.json', 'utf8'),
);

/** The ids of a lesson's cells and exercises, as its page names them. */
function idsOf(lesson: string): string[] {
  const page = readFileSync(`lessons/${lesson}/index.mdx`, 'utf8');
  const cells = [...page.matchAll(/<Cell\b[^>]*\bfile="([^"]+)\.ts"/g)].map(
    ([, name]) => `cell-${name}`,
  );
  const exercises = [...page.matchAll(/<Exercise\b[^>]*\bname="([^"]+)"/g)];
  return [...cells, ...exercises.map(([, name]) => `exercise-${name}`)].sort();
}

const LESSONS = readdirSync('lessons').filter((name) => /^\d\d-/.test(name));

test.each(LESSONS)('%s: what its cells show was measured (npm run measure:heights)', (lesson) => {
  const measured = heights[lesson] ?? {};
  expect(Object.keys(measured).sort()).toEqual(idsOf(lesson));
  for (const [id, parts] of Object.entries(measured)) {
    expect(parts, id).toHaveProperty(id.startsWith('cell-') ? 'output' : 'expectations');
    for (const list of Object.values(parts)) expect(list).toMatch(/^0:\d+( \d+:\d+)*$/);
  }
});
