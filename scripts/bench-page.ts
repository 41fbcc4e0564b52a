import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import { editedReport, timeEditedMachine } from './bench-edit.ts';
import { knobReport, timeKnob } from './bench-knob.ts';
import { lessonPages, startVisit, timeSweep, timeToResult, type Visit } from './visit.ts';

/**
 * `npm run bench:page`: milliseconds in a real browser, each time on a fresh page with an empty cache. From
 * pressing Run to the first result of a lesson's first cell; and, of a sweep of three paths over twelve frame
 * sizes, to its first point and to its end; the same after an edit of the machine; and from a knob's move to
 * the comparison that it makes. Prints JSON. `--runs N`, `--lesson NN-slug`.
 */

/** Where the machine is edited, and a knob is moved. */
const LEDGER = { path: 'lessons/01-the-ledger/', cell: '#cell-compare' };
/** Where the sweep is that is measured. */
const SWEEP = { path: 'lessons/10-when-software-cannot-keep-up/', cell: '#cell-frames' };
const SWEEP_POINTS = 36;

async function onFreshPage<T>(
  { browser, url }: Visit,
  path: string,
  work: (page: Page) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url + path);
    await page.locator('two-cell:defined').first().waitFor();
    return await work(page);
  } finally {
    await context.close();
  }
}

const median = (values: readonly number[]): number =>
  Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN);

async function benchFirstResult(visit: Visit, runs: number, path: string) {
  const all: number[] = [];
  for (let i = 0; i < runs; i++)
    all.push(await onFreshPage(visit, path, (page) => timeToResult(page, 'two-cell >> nth=0')));
  const medianMs = median(all);
  const { milliseconds } = budgets.firstResult;
  const report = { page: path, runs: all.map(Math.round), medianMs, budgetMs: milliseconds };
  return { ...report, within: medianMs <= milliseconds };
}

async function benchSweep(visit: Visit, runs: number) {
  const all = [];
  for (let i = 0; i < runs; i++)
    all.push(
      await onFreshPage(visit, SWEEP.path, async (page) => ({
        ...(await timeSweep(page, SWEEP.cell)),
        workers: await page.evaluate(() => navigator.hardwareConcurrency),
      })),
    );
  for (const { points } of all)
    if (points !== SWEEP_POINTS)
      throw new Error(`the sweep has ${points} points, not ${SWEEP_POINTS}`);
  const firstPointMs = median(all.map((times) => times.firstPointMs));
  const wholeMs = median(all.map((times) => times.wholeMs));
  const { milliseconds, firstPointMilliseconds } = budgets.sweep;
  return {
    page: SWEEP.path,
    points: SWEEP_POINTS,
    cores: all[0]?.workers,
    runs: all.map((times) => [Math.round(times.firstPointMs), Math.round(times.wholeMs)]),
    firstPointMs,
    wholeMs,
    budgetMs: [firstPointMilliseconds, milliseconds],
    within: firstPointMs <= firstPointMilliseconds && wholeMs <= milliseconds,
  };
}

async function benchEditedMachine(visit: Visit, runs: number) {
  const all = [];
  for (let i = 0; i < runs; i++)
    all.push(
      await onFreshPage(visit, LEDGER.path, (page) =>
        timeEditedMachine(page, page.locator(LEDGER.cell)),
      ),
    );
  return { page: LEDGER.path, ...editedReport(all, budgets.editedMachine.milliseconds) };
}

async function benchKnob(visit: Visit) {
  const times = await onFreshPage(visit, LEDGER.path, (page) =>
    timeKnob(page.locator(LEDGER.cell)),
  );
  return { page: LEDGER.path, ...knobReport(times, budgets.knob.milliseconds) };
}

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '7' }, lesson: { type: 'string' } },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) {
  console.error(`--runs is ${values.runs}; it must be a whole number from 1`);
  process.exit(2);
}
const budgets = JSON.parse(readFileSync('budgets.json', 'utf8'));
const path = values.lesson ? `lessons/${values.lesson}/` : (lessonPages()[0] ?? 'lessons/');
const visit = await startVisit();
try {
  const firstResult = await benchFirstResult(visit, runs, path);
  const sweep = await benchSweep(visit, runs);
  const editedMachine = await benchEditedMachine(visit, runs);
  const knob = await benchKnob(visit);
  const browser = visit.browser.version();
  console.log(JSON.stringify({ browser, ...firstResult, sweep, editedMachine, knob }));
} finally {
  await visit.close();
}
