import { type CDPSession, expect, type Page, test } from '@playwright/test';
import type { Result } from './fixtures/page.ts';
import { type Rig, sandboxFrame, startRig } from './rig.ts';

/**
 * Runs that use up the memory of the process that they run in. Playwright reports the end of any process
 * of a page, a frame's too, as a crash of the page; what happens in the page is therefore asked over a
 * DevTools session of the page's own process, which answers only while that process lives.
 */

let rig: Rig;
test.beforeAll(async () => {
  rig = await startRig();
});
test.afterAll(() => rig.close());

/** Milliseconds that a run may take in these tests: more than any needs that is ended for its memory. */
const WALL_MS = 45_000;

interface Site {
  page: Page;
  evaluate<T>(expression: string): Promise<T>;
  run(text?: string): Promise<Result>;
}

/** A page with a runner whose spare frame is ready. */
async function open(page: Page): Promise<Site> {
  await page.goto(`${rig.url}?wall=${WALL_MS}`);
  const cdp = await page.context().newCDPSession(page);
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await cdp.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result.value;
  };
  await evaluate('api.warm()');
  // A page that is loaded anew, by whomever, has lost this mark.
  await evaluate('window.mark = "same page"; 0');
  const run = (text?: string): Promise<Result> =>
    evaluate(`api.run('use', ${JSON.stringify(text === undefined ? {} : { 'use.ts': text })})`);
  return { page, evaluate, run };
}

/** A DevTools session of the sandbox's frame; there is one only if the frame has a process of its own. */
async function frameSession(page: Page): Promise<CDPSession> {
  return page.context().newCDPSession(await sandboxFrame(page));
}

async function expectUsable({ evaluate, run }: Site): Promise<void> {
  expect(await evaluate('window.mark')).toBe('same page');
  const next = await run();
  expect(next.outcome, next.error).toBe('done');
  expect(next.reports).toHaveLength(2);
}

test('a run whose process ends says so, long before its time is up', async ({ page }) => {
  const site = await open(page);
  const running = site.run(`console.log('before'); for (;;) {}`);
  // Bundling takes its time, and edited code gets another frame than the one that was ready for the lesson.
  await expect
    .poll(() => site.evaluate('api.latest?.log.join()'), { timeout: 40_000 })
    .toBe('before');
  const frame = await frameSession(page);
  frame.send('Page.crash').catch(() => {});
  const result = await running;
  expect(result.outcome).toBe('failed');
  expect(result.error).toMatch(/ran out of memory/);
  expect(result.log).toEqual(['before']);
  expect(result.ms).toBeLessThan(WALL_MS);
  await expectUsable(site);
});

test('a spare frame whose process ended is not used', async ({ page }) => {
  const site = await open(page);
  const crashed = new Promise((resolve) => page.once('crash', resolve));
  (await frameSession(page)).send('Page.crash').catch(() => {});
  await crashed;
  await expectUsable(site);
});

test('a worker that is busy for long is not taken for lost', async ({ page }) => {
  const site = await open(page);
  const result = await site.run(
    `const end = performance.now() + 8_000; while (performance.now() < end); console.log('after');`,
  );
  expect(result.error).toBe('');
  expect(result.log).toEqual(['after']);
});

test('a huge allocation that no guard sees leaves the page usable', async ({ page }) => {
  test.setTimeout(120_000);
  const site = await open(page);
  await frameSession(page);
  const result = await site.run(
    'const long = Array.from({ length: 1e6 }, () => 0.5); const all: unknown[] = []; for (;;) all.push([...long]);',
  );
  expect(result.outcome).toBe('failed');
  expect(result.error).toMatch(/ran out of memory/);
  expect(result.ms).toBeLessThan(WALL_MS);
  await expectUsable(site);
});
