import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Page, Response } from '@playwright/test';
import { writeCount } from './tally.ts';
import { lessonPages, startVisit, timeToResult, type Visit } from './visit.ts';

/**
 * `npm run check:budgets`: loads each lesson of dist in a browser, runs all of its cells, and weighs what
 * came. Fails over a budget of budgets.json, with the list of files. Words after it choose lessons by a part
 * of their names: `npm run check:budgets -- 03 14`.
 */

interface Loaded {
  path: string;
  part: 'page' | 'sandbox' | 'font' | 'other';
  gzipBytes: number;
  /** Milliseconds after the start of navigation. */
  start: number;
}

interface Seen {
  files: Loaded[];
  firstPaint: number;
  firstResult: number;
}

/** What only a reader who edits may load. */
const EDITING = /\/sandbox\/(editor|esbuild|bundler|sources)[./]/;

/** What only a reader who opens a Linux session may load. */
const LINUX = /\/linux(-session)?\/|\/_astro\/(session|terminal-view)\./;

const budgets = JSON.parse(readFileSync('budgets.json', 'utf8'));
const count = { passed: 0, failed: 0 };

function expect(good: boolean, what: string, details: readonly string[] = []): void {
  count[good ? 'passed' : 'failed'] += 1;
  console.log(`${good ? 'ok     ' : 'FAILED '} ${what}`);
  if (!good) for (const line of details) console.log(`          ${line}`);
}

function partOf(response: Response): Loaded['part'] {
  const type = response.request().resourceType();
  if (new URL(response.url()).pathname.includes('/sandbox/')) return 'sandbox';
  if (type === 'font') return 'font';
  return /^(document|stylesheet|script)$/.test(type) ? 'page' : 'other';
}

async function look({ browser, url }: Visit, path: string): Promise<Seen> {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  const responses: Response[] = [];
  page.on('response', (response) => {
    if (response.url().startsWith(url)) responses.push(response);
  });
  await page.goto(url + path);
  const times = await runAll(page);
  await settled(page, responses);
  const starts = await page.evaluate(() =>
    Object.fromEntries(performance.getEntriesByType('resource').map((e) => [e.name, e.startTime])),
  );
  const firstPaint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  );
  const files = await Promise.all(responses.map((response) => weigh(response, url, starts)));
  await context.close();
  return { files, firstPaint, firstResult: times[0] ?? 0 };
}

/**
 * Waits until the site has answered nothing for a second. The browser's own idea of an idle network waits for
 * scripts of workers within workers, whose ends it is never told of.
 */
async function settled(page: Page, responses: readonly Response[]): Promise<void> {
  for (let before = -1; before !== responses.length; ) {
    before = responses.length;
    await page.waitForTimeout(1_000);
  }
}

/** Runs the page's cells one by one; an exercise's check loads what it needs as a cell does. */
async function runAll(page: Page): Promise<number[]> {
  const cells = page.locator('two-cell');
  await page.locator('two-cell:defined, two-exercise:defined').first().waitFor();
  const times: number[] = [];
  for (let i = 0; i < (await cells.count()); i++)
    times.push(await timeToResult(page, `two-cell >> nth=${i}`));
  for (const exercise of await page.locator('two-exercise').all()) {
    await exercise.locator('.exercise-check').click();
    await exercise.locator('.exercise-expectations').waitFor({ timeout: 60_000 });
  }
  return times;
}

async function weigh(
  response: Response,
  url: string,
  starts: Record<string, number>,
): Promise<Loaded> {
  const gzipBytes = gzipSync(await response.body()).length;
  const path = response.url().slice(url.length);
  return { path, part: partOf(response), gzipBytes, start: starts[response.url()] ?? 0 };
}

/** Files of a part, each once, the largest first. */
function filesOf(seen: Seen, part: Loaded['part']): Loaded[] {
  const once = new Map(seen.files.filter((f) => f.part === part).map((f) => [f.path, f]));
  return [...once.values()].sort((a, b) => b.gzipBytes - a.gzipBytes);
}

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const sumOf = (files: Loaded[]): number => files.reduce((sum, file) => sum + file.gzipBytes, 0);
const listOf = (files: Loaded[]): string[] =>
  files.map((file) => `${kB(file.gzipBytes).padStart(9)}  ${file.path || 'index.html'}`);

function judge(path: string, seen: Seen): void {
  const page = filesOf(seen, 'page');
  const most = budgets.lessonPage.gzipBytes;
  const weight = sumOf(page);
  expect(weight <= most, `${path}: page ${kB(weight)} of ${kB(most)}, gzip`, listOf(page));

  const sandbox = filesOf(seen, 'sandbox');
  const mostMore = budgets.machineAndLab.gzipBytes;
  const more = sumOf(sandbox);
  expect(
    more <= mostMore,
    `${path}: machine and lab ${kB(more)} of ${kB(mostMore)}, gzip`,
    listOf(sandbox),
  );

  const early = sandbox.filter(({ start }) => start < seen.firstPaint);
  const paint = `first paint at ${Math.round(seen.firstPaint)} ms`;
  expect(
    sandbox.length > 0 && seen.firstPaint > 0 && early.length === 0,
    `${path}: machine and lab come after the ${paint}`,
    listOf(early),
  );

  const editing = seen.files.filter((file) => EDITING.test(`/${file.path}`));
  expect(editing.length === 0, `${path}: nothing for editing is loaded`, listOf(editing));

  const linux = seen.files.filter((file) => LINUX.test(`/${file.path}`));
  expect(linux.length === 0, `${path}: nothing of a Linux session is loaded`, listOf(linux));

  const { milliseconds, failAtMilliseconds } = budgets.firstResult;
  const first = `first result after ${Math.round(seen.firstResult)} ms`;
  expect(
    seen.firstResult <= failAtMilliseconds,
    `${path}: ${first}; aim ${milliseconds}, limit ${failAtMilliseconds}`,
  );
  console.log(`        ${path}: fonts ${kB(sumOf(filesOf(seen, 'font')))}, not counted`);
}

/** The files of a live Linux, where this site was built with an image. */
function judgeLinux(): void {
  if (!existsSync('dist/linux/manifest.json')) {
    console.log('        live Linux: this site has no image, nothing to weigh');
    return;
  }
  const { live, wasm } = JSON.parse(readFileSync('dist/linux-session/manifest.json', 'utf8'));
  const paths = [`linux-session/${live}`, `linux-session/${wasm}`, 'linux/snapshot.bin.gz'];
  const files = paths.map((path): Loaded => {
    const gzipBytes = gzipSync(readFileSync(`dist/${path}`)).length;
    return { path, part: 'other', gzipBytes, start: 0 };
  });
  const [weight, most] = [sumOf(files), budgets.linuxSession.gzipBytes];
  expect(weight <= most, `live Linux: ${kB(weight)} of ${kB(most)}, gzip`, listOf(files));
}

const chosen = process.argv.slice(2);
const pages = lessonPages().filter(
  (path) => chosen.length === 0 || chosen.some((part) => path.includes(part)),
);
const visit = await startVisit();
try {
  judgeLinux();
  if (pages.length === 0) throw new Error(`no lesson's name has ${chosen.join(' or ')}`);
  for (const path of pages) judge(path, await look(visit, path));
} catch (error) {
  expect(false, (error as Error).message);
} finally {
  await visit.close();
}
console.log(`budgets: ${count.passed} kept, ${count.failed} not`);
writeCount(count);
