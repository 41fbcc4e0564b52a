import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { lessonPages, startVisit, timeToResult, type Visit } from './visit.ts';

/**
 * `npm run bench:page`: milliseconds from pressing Run on a fresh page to the first result of the first
 * cell, in a real browser, each time with an empty cache. Prints JSON. `--runs N`, `--lesson NN-slug`.
 */

async function measure({ browser, url }: Visit, path: string): Promise<number> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url + path);
    await page.locator('two-cell:defined').first().waitFor();
    return await timeToResult(page, 'two-cell >> nth=0');
  } finally {
    await context.close();
  }
}

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '7' }, lesson: { type: 'string' } },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) {
  console.error(`--runs is ${values.runs}; it must be a whole number from 1`);
  process.exit(2);
}
const path = values.lesson ? `lessons/${values.lesson}/` : (lessonPages()[0] ?? 'lessons/');
const visit = await startVisit();
try {
  const all: number[] = [];
  for (let i = 0; i < runs; i++) all.push(Math.round(await measure(visit, path)));
  const sorted = all.toSorted((a, b) => a - b);
  const { milliseconds } = JSON.parse(readFileSync('budgets.json', 'utf8')).firstResult;
  const medianMs = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const report = { page: path, browser: visit.browser.version(), runs: all, medianMs };
  console.log(
    JSON.stringify({ ...report, budgetMs: milliseconds, within: medianMs <= milliseconds }),
  );
} finally {
  await visit.close();
}
