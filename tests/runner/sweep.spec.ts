import { execFileSync } from 'node:child_process';
import { expect, type Locator, test } from '@playwright/test';
import { type Served, serve } from '../site/serve.ts';

/** A sweep on the built site, with the real lab: on workers inside the run's worker. */

test.describe.configure({ mode: 'default' });

let served: Served;
test.beforeAll(async () => {
  served = await serve('/docs/course/');
});
test.afterAll(() => served.close());

let cell: Locator;
test.beforeEach(async ({ page }) => {
  await page.goto(`${served.url}lessons/10-when-software-cannot-keep-up/`);
  cell = page.locator('#cell-frames');
});

/** Points in the picture. */
const points = async (on: Locator): Promise<number> =>
  Number(await on.locator('.report-sweep').getAttribute('data-points'));

/** Waits for the first points of a sweep. */
async function firstPoints(on: Locator): Promise<void> {
  await expect(on.locator('.report-sweep .chart-plot')).toBeVisible({ timeout: 20_000 });
  expect(await points(on)).toBeGreaterThan(0);
}

async function edit(on: Locator, text: string): Promise<void> {
  await on.locator('.cell-edit').click();
  await expect(on.locator('[role=textbox]').first()).toBeFocused({ timeout: 20_000 });
  await on.page().keyboard.press('Control+A');
  await on.page().keyboard.insertText(text);
}

test('points come one by one, with progress; what a reader chose stays when more come', async () => {
  await cell.locator('.cell-run').click();
  await firstPoints(cell);
  await expect(cell.locator('.sweep-count')).toContainText('of 36 points');
  await cell.getByText('Every point as a table').click();
  await cell.getByLabel('Show').selectOption('cores');
  await cell.getByLabel('Show').focus();
  await expect(cell).toHaveAttribute('data-state', 'done', { timeout: 40_000 });
  expect(await points(cell)).toBe(36);
  await expect(cell.locator('.report-sweep tbody tr')).toHaveCount(36);
  await expect(cell.getByLabel('Show')).toHaveValue('cores');
  await expect(cell.getByLabel('Show')).toBeFocused();
  await expect(cell.locator('.chart-y-title')).toHaveText('Busy cores');
  await expect(cell.locator('.sweep-progress')).toBeHidden();
  await expect(cell.locator('.report-sweep')).toHaveCount(1);
  await expect(cell.locator('.sweep-limits li')).toHaveCount(3);
});

test('Stop keeps the points that came', async () => {
  await cell.locator('.cell-run').click();
  await firstPoints(cell);
  await cell.locator('.cell-stop').click();
  await expect(cell).toHaveAttribute('data-state', 'stopped');
  // What had come is drawn with the next frame of the screen.
  await cell.page().waitForTimeout(300);
  const kept = await points(cell);
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(36);
  await cell.page().waitForTimeout(1_000);
  expect(await points(cell)).toBe(kept);
});

const DIGESTS = `import { sweep } from 'two-checkboxes';
const { points } = await sweep({ over: { frame: [64, 700, 1514] }, frames: 200, paths: ['vmbus', 'sriov'] });
for (const { value, path, run } of points) console.log(value, path, run.traceHash, run.deliveredSha256);
`;

test('points are those of the command line, to the trace of every event', async () => {
  await edit(cell, DIGESTS);
  await cell.locator('.cell-run').click();
  await expect(cell).toHaveAttribute('data-state', 'done', { timeout: 40_000 });
  const words = 'sweep --over frame=64,700,1514 --frames 200 --paths vmbus,sriov --json';
  const args = ['sandbox/cli/main.ts', ...words.split(' ')];
  const { points } = JSON.parse(execFileSync('node_modules/.bin/node', args, { encoding: 'utf8' }));
  const lines = points.map(
    ({ value, path, run }: { value: number; path: string; run: Record<string, string> }) =>
      `${value} ${path} ${run.traceHash} ${run.deliveredSha256}`,
  );
  expect((await cell.locator('.cell-log').innerText()).trim().split('\n')).toEqual(lines);
});

test('an edited machine is what the workers of the pool run, and its errors lead to its lines', async ({
  page,
}) => {
  const file = 'sandbox/machine/guest/stack.ts';
  await cell.locator('.cell-machine').click();
  await cell.locator('.machine-filter').fill('guest/stack.ts');
  await page.locator('.machine-list button').first().click();
  await expect(cell.locator('[role=textbox]').first()).toBeFocused({ timeout: 20_000 });
  await page.keyboard.press('Control+Home');
  await page.keyboard.insertText(
    `console.log('a stack of my own', typeof (globalThis as any).Worker);\n`,
  );
  await cell.locator('.cell-run').click();
  await expect(cell).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
  expect(await points(cell)).toBe(36);
  const said = (await cell.locator('.cell-log').innerText()).trim().split('\n');
  expect(new Set(said)).toEqual(new Set(['a stack of my own undefined']));
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  // Once in the run's own worker, once in each of the pool.
  expect(said).toHaveLength(cores > 1 ? 1 + Math.min(cores, 16) : 1);

  await cell.locator('[role=textbox]').first().focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.insertText(`const late: any = undefined;\nfunction fail() { late.x; }\n`);
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText(`\nGuestStack.prototype.add = fail;\n`);
  await cell.locator('.cell-run').click();
  await expect(cell).toHaveAttribute('data-state', 'failed', { timeout: 60_000 });
  await expect(cell.locator('.error-message')).toContainText('TypeError');
  await expect(cell.locator('.error-places')).toContainText(`${file} line 2`);
});

test('a sweep that is too large says its bound, at the reader’s line', async () => {
  await edit(
    cell,
    `import { sweep } from 'two-checkboxes';\nexport default await sweep({ over: { seed: Array.from({ length: 1e6 }, (_, i) => i) } });\n`,
  );
  await cell.locator('.cell-run').click();
  await expect(cell).toHaveAttribute('data-state', 'failed', { timeout: 40_000 });
  await expect(cell.locator('.error-message')).toHaveText(
    'UsageError: sweep: 1,000,000 values are too many; it takes up to 100',
  );
  await expect(cell.locator('.error-places')).toContainText('frames.ts line 2');
});
