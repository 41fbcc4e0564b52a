import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { type Served, serve } from './serve.ts';

/** Cells of a lesson as a reader uses them: several at once, knobs, marks of age, a baseline, by keyboard. */

let served: Served;
test.beforeAll(async () => {
  served = await serve('/');
});
test.afterAll(() => served.close());

const RUN_MS = 45_000;
const LEDGER = 'lessons/01-the-ledger/';

async function open(page: Page, path = LEDGER): Promise<void> {
  await page.goto(served.url + path);
  await page.locator('two-cell:defined').first().waitFor();
}

const cell = (page: Page, name: string): Locator => page.locator(`#cell-${name}`);

async function done(of: Locator): Promise<void> {
  await expect(of).toHaveAttribute('data-state', 'done', { timeout: RUN_MS });
}

async function run(of: Locator): Promise<void> {
  await of.locator('.cell-run').click();
  await done(of);
}

/** What a link or another page does. */
function load(of: Locator, given: object): Promise<void> {
  return of.evaluate(
    (element, given) =>
      (element as HTMLElement & { load(given: object): Promise<void> }).load(given),
    given,
  );
}

/** Moves a slider by its keyboard. */
async function moveKnob(of: Locator, presses = 1): Promise<void> {
  await of.locator('.knob-slider').first().focus();
  for (let i = 0; i < presses; i++) await of.page().keyboard.press('ArrowLeft');
}

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** The names of cells whose runs ended, in that order, as a progress view hears of them. */
async function hearProgress(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    document.addEventListener('two-progress', (event) => {
      const { lesson, kind, name, passed } = (event as CustomEvent).detail;
      heard.push([lesson, kind, name, passed].join(' '));
    });
  });
  return () => page.evaluate(() => (window as unknown as { heard: string[] }).heard);
}

test.describe('runs of several', () => {
  test('all cells run from the top, and each tells the page that it ran', async ({ page }) => {
    test.setTimeout(120_000);
    await open(page);
    const heard = await hearProgress(page);
    await page.locator('.run-all-start').click();
    await expect(page.locator('.run-all-status')).toHaveText('All 4 cells ran.', {
      timeout: 100_000,
    });
    const names = ['compare', 'units', 'timeline', 'capture'];
    expect(await heard()).toEqual(names.map((name) => `01-the-ledger cell ${name} true`));
  });

  test('those above run without the cell itself, from its menu', async ({ page }) => {
    test.setTimeout(90_000);
    await open(page);
    const heard = await hearProgress(page);
    const timeline = cell(page, 'timeline');
    await timeline.locator('.cell-more summary').click();
    await timeline.getByRole('button', { name: 'Run all above' }).click();
    await expect(page.locator('.run-all-status')).toHaveText('All 2 cells ran.', {
      timeout: 60_000,
    });
    expect(await heard()).toHaveLength(2);
    await expect(timeline).toHaveAttribute('data-state', 'idle');
    await cell(page, 'compare').locator('.cell-more summary').click();
    await expect(cell(page, 'compare').locator('.run-above')).toBeDisabled();
  });

  test('it ends at the cell that fails, and says where', async ({ page }) => {
    test.setTimeout(120_000);
    await open(page);
    await load(cell(page, 'units'), { text: 'throw new Error("not today");' });
    await page.locator('.run-all-start').click();
    await expect(page.locator('.run-all-status')).toHaveText('units.ts failed; 1 of 4 cells ran.', {
      timeout: 90_000,
    });
    await expect(cell(page, 'units').locator('.error-message')).toContainText('not today');
    await expect(cell(page, 'timeline')).toHaveAttribute('data-state', 'idle');
  });

  test('it can be stopped, and the newest one wins', async ({ page }) => {
    test.setTimeout(120_000);
    await open(page);
    await load(cell(page, 'compare'), { text: 'for (;;);' });
    await page.locator('.run-all-start').click();
    await expect(cell(page, 'compare')).toHaveAttribute('data-state', 'running');
    await page.locator('.run-all-stop').click();
    await expect(page.locator('.run-all-status')).toHaveText(
      'Stopped at compare.ts; 0 of 4 cells ran.',
    );
    await expect(page.locator('.run-all-start')).toBeFocused();

    await page.keyboard.press('Enter');
    await expect(cell(page, 'compare')).toHaveAttribute('data-state', 'running');
    await load(cell(page, 'compare'), {});
    await cell(page, 'timeline').locator('.cell-code').focus();
    await page.keyboard.press('Control+Alt+Enter');
    await expect(page.locator('.run-all-status')).toHaveText('All 2 cells ran.', {
      timeout: 60_000,
    });
  });
});

test.describe('a knob', () => {
  test('that moves makes the comparison anew, and the last position wins', async ({ page }) => {
    test.setTimeout(90_000);
    await open(page);
    const compare = cell(page, 'compare');
    await run(compare);
    await expect(compare.locator('.report-config')).toContainText('1514');
    await moveKnob(compare, 14);
    await expect(compare.locator('.report-config')).toContainText(/1500.*B frames/);
    await done(compare);
    await expect(compare.locator('.knob-value')).toHaveValue('1500');
    await expect(compare.locator('.knob-slider').first()).toBeFocused();
  });
});

test.describe('a mark of age', () => {
  const stale = (page: Page, name: string) => cell(page, name).locator('.cell-stale');

  test('stands on what imports an edited cell, also through others', async ({ page }) => {
    test.setTimeout(180_000);
    await open(page);
    await load(cell(page, 'compare'), { text: 'export const one = 1; export default one;' });
    await load(cell(page, 'units'), {
      text: "import { one } from './compare.ts'; export const two = one + 1; export default two;",
    });
    await load(cell(page, 'timeline'), {
      text: "import { two } from './units.ts'; export default `two is ${two}`;",
    });
    for (const name of ['timeline', 'capture']) await run(cell(page, name));
    await expect(cell(page, 'timeline').locator('.cell-results')).toContainText('two is 2');
    await expect(stale(page, 'timeline')).toBeHidden();

    await load(cell(page, 'compare'), { text: 'export const one = 5; export default one;' });
    await expect(stale(page, 'timeline')).toHaveText('an earlier cell changed');
    await expect(stale(page, 'capture')).toBeHidden();
    await run(cell(page, 'timeline'));
    await expect(cell(page, 'timeline').locator('.cell-results')).toContainText('two is 6');
    await expect(stale(page, 'timeline')).toBeHidden();
  });

  test('stands after the text, the machine or the knobs changed, and goes with the change', async ({
    page,
  }) => {
    test.setTimeout(120_000);
    await open(page);
    const units = cell(page, 'units');
    await run(units);
    await load(units, { text: 'export default 1;' });
    await expect(stale(page, 'units')).toHaveText('the code changed since');
    await load(units, {});
    await expect(stale(page, 'units')).toBeHidden();
    await load(units, { files: { 'sandbox/machine/net/frame.ts': '// other' } });
    await expect(stale(page, 'units')).toHaveText('the machine changed since');
    await load(units, { knobs: { 'Clock of the core': 3.5 } });
    await expect(stale(page, 'units')).toHaveText('a knob moved since');
    await expect(units.locator('.knob-given')).toHaveText('Clock of the core: 3.5');
    await run(units);
    await expect(stale(page, 'units')).toBeHidden();
    await expect(units.locator('.knob-value')).toHaveValue('3.5');
  });

  test('does not stand for a machine file that another cell runs with', async ({ page }) => {
    await open(page);
    await run(cell(page, 'units'));
    await load(cell(page, 'compare'), { files: { 'sandbox/machine/net/frame.ts': '// other' } });
    await expect(cell(page, 'compare').locator('.cell-edited')).toBeVisible();
    await expect(stale(page, 'units')).toBeHidden();
  });
});

test.describe('a baseline', () => {
  test('shows what was set otherwise, what moved and who it was, and survives a reload', async ({
    page,
  }) => {
    test.setTimeout(150_000);
    await open(page);
    const compare = cell(page, 'compare');
    const before = compare.locator('.baseline');
    await run(compare);
    await compare.getByRole('button', { name: 'Pin as baseline' }).click();
    await expect(compare.locator('.baseline-again')).toBeFocused();
    await expect(before).toContainText('Nothing was set otherwise');
    await expect(before).toContainText('Every figure is the same.');

    await moveKnob(compare, 14);
    await expect(before.locator('.diff-settings')).toHaveText('Frame size 1514 → 1500');
    const copied = before.getByRole('row', { name: /^Copied per frame/ });
    await expect(copied).toContainText(/1[  ]?500.*−/);
    await expect(before.locator('.diff-paths ul')).toHaveCount(3);
    await before.locator('.behind summary').click();
    await expect(before.getByRole('columnheader', { name: 'Relative' })).toBeVisible();
    expect(await violations(page)).toEqual([]);

    await page.waitForTimeout(600);
    await page.reload();
    await run(compare);
    await expect(before.locator('.baseline-head')).toContainText('Against the baseline');
    await expect(before.locator('.diff-settings')).toHaveText('Frame size 1514 → 1500');

    await before.getByRole('button', { name: 'Unpin' }).click();
    await expect(compare.getByRole('button', { name: 'Pin as baseline' })).toBeFocused();
    await expect(before).toHaveCount(0);
  });

  test('that is no comparison is left out, and nothing of it becomes markup', async ({ page }) => {
    test.setTimeout(90_000);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await open(page);
    const compare = cell(page, 'compare');
    const forged = { kind: 'compare', config: { frame: 'x' }, paths: {} };
    await load(compare, {
      baseline: { when: '2026-01-01T00:00:00.000Z', knobs: {}, report: forged },
    });
    await run(compare);
    await expect(compare.locator('.cell-status')).toContainText('baseline cannot be read');
    await compare.getByRole('button', { name: 'Pin as baseline' }).click();
    await expect(compare.locator('.baseline')).toBeVisible();

    const pinned = await page.evaluate(async () => {
      await new Promise((wait) => setTimeout(wait, 600));
      return localStorage.getItem('two-checkboxes:v1:cell:01-the-ledger/compare');
    });
    const { baseline } = JSON.parse(pinned ?? '{}');
    const markup = '<img src=x onerror="document.title=1">';
    baseline.knobs = { [markup]: markup };
    baseline.report.paths.vmbus.limitedBy = markup;
    baseline.report.paths.vmbus.ledger[0].what = markup;
    await load(compare, { baseline });
    await run(compare);
    await expect(compare.locator('.diff-settings')).toContainText(markup);
    await expect(compare.locator('.baseline img')).toHaveCount(0);
    expect(errors).toEqual([]);
  });
});

test.describe('what a cell is given', () => {
  test('is shown as text, never run, and Reset brings back what was there', async ({ page }) => {
    await open(page);
    const units = cell(page, 'units');
    await load(units, { text: 'export default "given";' });
    await expect(units.locator('.cell-code')).toContainText('given');
    await expect(units.locator('.cell-output')).toBeHidden();
    await expect(units).toHaveAttribute('data-state', 'idle');
    await load(units, { text: '<b>mine</b>', knobs: { '<i>k</i>': '<b>v</b>' } });
    await expect(units.locator('.cell-code b, .cell-knobs :is(b, i)')).toHaveCount(0);
    await expect(units.locator('.knob-given')).toHaveText('<i>k</i>: <b>v</b>');

    await units.getByRole('button', { name: 'Reset' }).click();
    await expect(units.locator('.cell-code')).toContainText('given');
    await expect(units.locator('.knob-given')).toHaveCount(0);
    await units.getByRole('button', { name: 'Reset' }).click();
    await expect(units.locator('.cell-code')).toContainText('driverCall');
    await expect(units.locator('.cell-reset')).toBeHidden();
  });
});

test.describe('keys', () => {
  test('run a cell, run it and go on, and stop', async ({ page }) => {
    test.setTimeout(90_000);
    await open(page);
    const [compare, units] = [cell(page, 'compare'), cell(page, 'units')];
    await units.locator('.cell-code').focus();
    await page.keyboard.press('Control+Enter');
    await done(units);
    await compare.locator('.cell-code').focus();
    await page.keyboard.press('Shift+Enter');
    await expect(units.locator('.cell-code')).toBeFocused();
    await done(compare);

    await load(units, { text: 'for (;;);' });
    await page.keyboard.press('Control+Enter');
    await expect(units).toHaveAttribute('data-state', 'running');
    await page.keyboard.press('Escape');
    await expect(units).toHaveAttribute('data-state', 'stopped');
  });

  test('are listed by ?, but not while one types', async ({ page }) => {
    test.setTimeout(90_000);
    await open(page);
    const list = page.getByRole('dialog', { name: 'Keys' });
    await page.getByRole('button', { name: 'Keys of this page' }).click();
    await expect(list).toContainText('Run the cell and go to the next');
    await expect(list.getByRole('heading', { name: 'On every page' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(list).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Keys of this page' })).toBeFocused();
    await page.keyboard.press('?');
    await expect(list).toBeVisible();
    await page.keyboard.press('Escape');

    await run(cell(page, 'compare'));
    await cell(page, 'compare').locator('.knob-value').focus();
    await page.keyboard.press('?');
    await cell(page, 'compare').locator('.cell-edit').click();
    await expect(page.locator('.monaco-editor').first()).toBeVisible({ timeout: 30_000 });
    await page.keyboard.press('?');
    await expect(cell(page, 'compare').locator('.cell-edited')).toBeVisible();
    await expect(list).toHaveCount(0);
  });
});

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [360, 1280])
    test(`can be used by everybody, ${colorScheme}, ${width} px`, async ({ browser }) => {
      test.setTimeout(120_000);
      const context = await browser.newContext({
        colorScheme,
        viewport: { width, height: 900 },
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      await open(page);
      const compare = cell(page, 'compare');
      await run(compare);
      await compare.locator('.baseline-pin').click();
      await moveKnob(compare, 200);
      await expect(compare.locator('.diff-settings')).toContainText('1514 → 1314');
      await compare.locator('.baseline .behind summary').click();
      await load(compare, { text: 'export default 1;', knobs: { Frame: 60 } });
      await expect(compare.locator('.cell-stale')).toBeVisible();
      await compare.locator('.cell-more summary').click();
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await context.close();
    });
