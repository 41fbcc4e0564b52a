import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { type Served, serve } from '../site/serve.ts';

/** The notebook on the first lesson of the built site, with the real lab. */

test.describe.configure({ mode: 'default' });

let served: Served;
test.beforeAll(async () => {
  served = await serve('/docs/course/');
});
test.afterAll(() => served.close());

let cell: Locator;
test.beforeEach(async ({ page }) => {
  await page.goto(`${served.url}lessons/01-the-ledger/`);
  cell = page.locator('#cell-compare');
});

/** Presses Run or Check and waits for the end of it. */
async function run(on: Locator, end: RegExp | string = 'done'): Promise<void> {
  await on.locator('.cell-run, .exercise-check').click();
  await expect(on).toHaveAttribute('data-state', /done|failed|stopped|passed/, { timeout: 30_000 });
  await expect(on, await on.locator('.cell-status').innerText()).toHaveAttribute('data-state', end);
  // What draws results comes with the first of them, and may come after the run's end.
  await expect(on.locator('.report-host:empty')).toHaveCount(0);
}

/** Presses Stop. Milliseconds until the cell has stopped, by the page's clock: the test's own is busy. */
function timeToStop(on: Locator): Promise<number> {
  return on.evaluate(async (element) => {
    const stopped = new Promise<number>((done) => {
      const look = (): void => {
        if ((element as HTMLElement).dataset.state === 'stopped') done(performance.now());
      };
      new MutationObserver(look).observe(element, { attributes: true });
    });
    const began = performance.now();
    element.querySelector<HTMLButtonElement>('.cell-stop')?.click();
    return (await stopped) - began;
  });
}

/** Opens the editor and replaces the whole text, as a reader would by keyboard. */
async function edit(page: Page, on: Locator, text: string): Promise<void> {
  await on.locator('.cell-edit').click();
  await expect(on.locator('[role=textbox]').first()).toBeFocused({ timeout: 20_000 });
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}

test('an untouched cell runs without editor, bundler and whole lab, and shows its result', async ({
  page,
}) => {
  const names: string[] = [];
  page.on('request', (request) => names.push(request.url()));
  await run(cell);
  await expect(cell.locator('.cell-results')).toContainText('SR-IOV');
  expect(names.filter((url) => /editor|bundler|wasm|sources|\/lab\./.test(url))).toEqual([]);
  expect(names.filter((url) => /\/lesson-lab\./.test(url))).toHaveLength(1);
});

test('an edited cell may use what its lesson does not', async ({ page }) => {
  await run(cell);
  await edit(
    page,
    cell,
    `import { PATHS, switchTraffic, text } from 'two-checkboxes';\nexport default text(PATHS.join(' ') + ' ' + typeof switchTraffic);\n`,
  );
  await run(cell);
  await expect(cell.locator('.cell-results')).toContainText(/native .*function/);
});

test('the trace of every path is the same here and in Node', async ({ page }) => {
  await edit(
    page,
    cell,
    `import { compare } from 'two-checkboxes';\nconst r = await compare({ frame: 1514, line: '10G', frames: 2000 });\nfor (const [name, path] of Object.entries(r.paths)) console.log(name, path?.traceHash, path?.deliveredSha256);\n`,
  );
  await run(cell);
  await expect(cell.locator('.cell-log')).toBeVisible();
  const args = [
    'sandbox/cli/main.ts',
    'compare',
    '--json',
    '--frame',
    '1514',
    '--line',
    '10G',
    '--frames',
    '2000',
  ];
  const report = JSON.parse(execFileSync('node_modules/.bin/node', args, { encoding: 'utf8' }));
  const lines = Object.entries<{ traceHash: string; deliveredSha256: string }>(report.paths).map(
    ([name, path]) => `${name} ${path.traceHash} ${path.deliveredSha256}`,
  );
  expect((await cell.locator('.cell-log').innerText()).trim().split('\n')).toEqual(lines);
});

test('a knob re-runs the cell, by keyboard too, and is remembered', async ({ page }) => {
  await run(cell);
  const slider = cell.getByRole('slider', { name: 'Frame size' });
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(cell.locator('.cell-results')).toContainText('60 B frames');
  await expect(slider).toBeFocused();
  const box = cell.locator('.knob-value').first();
  await box.fill('99999');
  await box.press('Tab');
  await expect(cell.locator('.cell-status')).toHaveText(
    'Frame size must be a number from 60 to 9014 B.',
  );
  await cell.getByLabel('Line rate').selectOption('40G');
  await expect(cell.locator('.cell-results')).toContainText('40G line');
  await page.reload();
  await expect(cell.locator('.knob-value').first()).toHaveValue('60');
  await expect(cell).toHaveAttribute('data-state', 'idle');
});

test('edit and run; the text survives a reload and does not run by itself; Reset', async ({
  page,
}) => {
  await edit(
    page,
    cell,
    `import { text } from 'two-checkboxes';\nexport default text('my own words');\n`,
  );
  await run(cell);
  await expect(cell.locator('.cell-results')).toHaveText('my own words');
  await page.waitForTimeout(500);
  await page.reload();
  await expect(cell.locator('.cell-code')).toContainText('my own words');
  await expect(cell.locator('.cell-edited')).toBeVisible();
  await expect(cell).toHaveAttribute('data-state', 'idle');
  await expect(cell.locator('.cell-output')).toBeHidden();
  await cell.locator('.cell-reset').click();
  await expect(cell.locator('.cell-code')).toContainText('compare(');
  await expect(cell.locator('.cell-edited')).toBeHidden();
});

test('a type error is shown, with its line', async ({ page }) => {
  await edit(
    page,
    cell,
    `import { compare } from 'two-checkboxes';\nexport default await compare({ frame: 'big' });\n`,
  );
  await expect(cell.locator('.editor-first .editor-problem')).toContainText(
    /line 2: Type 'string' is not assignable/,
    { timeout: 20_000 },
  );
});

test('an error of the lab names the option, and the reader’s line', async ({ page }) => {
  await edit(
    page,
    cell,
    `import { compare } from 'two-checkboxes';\n\nexport default await compare({ frame: -1, profile: 'nehalem-2008r2' });\n`,
  );
  await run(cell, 'failed');
  await expect(cell.locator('.error-message')).toContainText('frame');
  await expect(cell.locator('.error-place').first()).toHaveText('compare.ts line 3');
  await cell.locator('.error-place').first().click();
  await expect(cell.locator('[role=textbox]').first()).toBeFocused();
});

test('an endless loop: Stop in under a second, the text is kept, the page usable', async ({
  page,
}) => {
  await edit(page, cell, 'console.log("spinning");\nfor (;;) {}\n');
  await cell.locator('.cell-run').click();
  await expect(cell.locator('.cell-log')).toHaveText(/spinning/, { timeout: 20_000 });
  await expect(cell.locator('.cell-stop')).toBeVisible();
  expect(await timeToStop(cell)).toBeLessThan(1_000);
  await expect(cell.locator('.cell-editor')).toContainText('for (;;)');
  await run(page.locator('#cell-timeline'));
});

test('the machine opens beside the cell; an edit of it changes the run, and resets', async ({
  page,
}) => {
  await run(cell);
  const before = await cell.locator('.cell-results').innerText();
  await cell.locator('.cell-machine').click();
  await cell.locator('.machine-filter').fill('guest/stack.ts');
  await page.keyboard.press('Enter');
  await expect(cell.getByRole('tab', { name: 'stack.ts' })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await expect(cell.locator('[role=textbox]').first()).toBeFocused({ timeout: 20_000 });
  await page.keyboard.press('Control+Home');
  await page.keyboard.insertText('throw new Error("opened");\n');
  await run(cell, 'failed');
  await expect(cell.locator('.error-message')).toContainText('opened');
  await expect(cell.locator('.error-place').first()).toHaveText(
    'sandbox/machine/guest/stack.ts line 1',
  );
  await cell.locator('.editor-reset').click();
  await expect(cell.locator('.cell-edited')).toBeHidden();
  await run(cell);
  expect(await cell.locator('.cell-results').innerText()).toBe(before);
});

test('leaving the editor by keyboard: Ctrl+M frees Tab, Escape goes to the buttons', async ({
  page,
}) => {
  await edit(page, cell, '// a\n');
  await page.keyboard.press('Escape');
  await expect(cell.locator('.cell-edit')).toBeFocused();
  await cell.locator('[role=textbox]').first().focus();
  await page.keyboard.press('Control+M');
  await expect(cell.locator('.editor-help')).toContainText('Tab moves the focus;');
  await page.keyboard.press('Tab');
  await expect(cell.locator('[role=textbox]').first()).not.toBeFocused();
});

test('an exercise: not yet, hints one at a time, the solution last, passed and remembered', async ({
  page,
}) => {
  const exercise = page.locator('two-exercise').first();
  await run(exercise, 'failed');
  await expect(exercise.locator('.expectation').first()).toBeVisible();
  const hint = exercise.locator('.exercise-hint');
  while (await hint.isVisible()) await hint.click();
  await expect(exercise.locator('.exercise-hints li').last()).toBeVisible();
  await exercise.locator('.exercise-solution').click();
  await expect(exercise.locator('.exercise-answer')).toBeVisible();
  await edit(
    page,
    exercise,
    readFileSync('lessons/01-the-ledger/exercises/batch/solution.ts', 'utf8'),
  );
  await run(exercise, 'passed');
  await page.waitForTimeout(500);
  await page.reload();
  await expect(exercise).toHaveAttribute('data-solved', 'true');
});

test('a touch screen gets a plain text field', async ({ browser }) => {
  const context = await browser.newContext({
    hasTouch: true,
    isMobile: true,
    viewport: { width: 390, height: 800 },
  });
  const page = await context.newPage();
  await page.goto(`${served.url}lessons/01-the-ledger/`);
  const mobile = page.locator('#cell-compare');
  await mobile.locator('.cell-edit').click();
  await mobile.locator('textarea.editor-plain').fill(`export default 'by hand';`);
  await run(mobile);
  await expect(mobile.locator('.cell-results')).toHaveText('by hand');
  await context.close();
});
