import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { type Served, serve } from './serve.ts';

let served: Served;
test.beforeAll(async () => {
  served = await serve('/docs/course/');
});
test.afterAll(() => served.close());

const FOLDER = 'lessons/03-a-chip-made-of-software/exercises';
const HANDLER = readFileSync(`${FOLDER}/interrupt-handler/solution.ts`, 'utf8');
const PROBE = readFileSync(`${FOLDER}/cheaper-probe/solution.ts`, 'utf8');

async function open(page: Page): Promise<{ handler: Locator; probe: Locator }> {
  await page.goto(`${served.url}lessons/03-a-chip-made-of-software/`);
  return {
    handler: page.locator('#exercise-interrupt-handler'),
    probe: page.locator('#exercise-cheaper-probe'),
  };
}

/** Saves a text as a reader who wrote it and passed, before the page is opened. */
async function saved(page: Page, name: string, value: object): Promise<void> {
  await page.addInitScript(
    ([key, text]) => {
      if (!localStorage.getItem(key as string)) localStorage.setItem(key as string, text as string);
    },
    [`two-checkboxes:v1:exercise:03-a-chip-made-of-software/${name}`, JSON.stringify(value)],
  );
}

async function check(exercise: Locator, state: string): Promise<void> {
  await exercise.locator('.exercise-check').click();
  await expect(exercise).toHaveAttribute('data-state', /passed|failed|stopped/, {
    timeout: 30_000,
  });
  await expect(exercise).toHaveAttribute('data-state', state);
}

async function toSolution(exercise: Locator): Promise<void> {
  const hint = exercise.locator('.exercise-hint');
  while (await hint.isVisible()) await hint.click();
  await exercise.locator('.exercise-solution').click();
  await expect(exercise.locator('.exercise-answer')).toBeFocused();
}

test('hints come one at a time, and the solution last', async ({ page }) => {
  const { handler } = await open(page);
  const shown = handler.locator('.exercise-hints li:visible');
  const last = handler.locator('.exercise-solution');
  await expect(shown).toHaveCount(0);
  for (const count of [1, 2, 3]) {
    await expect(last).toBeHidden();
    await handler.locator('.exercise-hint').click();
    await expect(shown).toHaveCount(count);
  }
  await expect(last).toBeFocused();
  await expect(handler.locator('.exercise-solved')).toBeHidden();
});

test('compare with the solution, use it, pass, take the own text back: by keyboard', async ({
  page,
}) => {
  const mine = 'export const mine = 1;\n';
  await saved(page, 'interrupt-handler', { text: mine, hints: 3 });
  const { handler } = await open(page);
  const modules: string[] = [];
  page.on('request', (request) => modules.push(request.url()));
  await toSolution(handler);
  expect(modules.filter((url) => /view|rows|diff/.test(url))).toEqual([]);

  const compare = handler.getByRole('button', { name: 'Compare with mine' });
  await compare.focus();
  await page.keyboard.press('Enter');
  const list = handler.getByRole('region', { name: 'From your text to the solution' });
  await expect(list.locator('[data-kind=removed]')).toHaveText('−removed: export const mine = 1;');
  const lines = HANDLER.trimEnd().split('\n');
  await expect(list.locator('[data-kind=added]')).toHaveCount(lines.length);
  await expect(handler.locator('.diff-sum')).toHaveText(
    `From your text to the solution: ${lines.length} lines added, 1 removed.`,
  );
  await expect(compare).toHaveAttribute('aria-expanded', 'true');

  await handler.getByRole('button', { name: 'Use the solution' }).focus();
  await page.keyboard.press('Enter');
  await expect(handler.locator('.cell-code')).toContainText('Acknowledges before it looks');
  await expect(handler.locator('.diff-sum')).toContainText('No difference');
  await check(handler, 'passed');
  await expect(handler.locator('.expectation[data-passed=true]')).toHaveCount(12);

  // A reload loses neither.
  await page.waitForTimeout(500);
  await page.reload();
  await expect(handler.locator('.cell-code')).toContainText('Acknowledges before it looks');
  const back = handler.getByRole('button', { name: 'Take mine back' });
  await back.focus();
  await page.keyboard.press('Enter');
  await expect(handler.locator('.cell-code')).toHaveText(mine.trim());
  await expect(back).toBeHidden();
  await expect(handler.locator('.cell-edit')).toBeFocused();
});

test('what was written after the solution was used is kept in its turn', async ({ page }) => {
  await saved(page, 'interrupt-handler', { text: '// changed since', mine: '// before' });
  const { handler } = await open(page);
  const back = handler.locator('.exercise-back');
  await back.click();
  await expect(handler.locator('.cell-code')).toHaveText('// before');
  await expect(back).toBeVisible();
  await back.click();
  await expect(handler.locator('.cell-code')).toHaveText('// changed since');
});

test('an exercise starts from the solution of the one before, and can go back', async ({
  page,
}) => {
  const { probe } = await open(page);
  await expect(probe.locator('.exercise-from')).toBeHidden();
  const given = await probe.locator('.cell-code').innerText();

  await saved(page, 'interrupt-handler', { text: HANDLER, passed: true });
  await page.reload();
  await probe
    .getByRole('button', { name: 'Start from your solution of “Interrupt handler”' })
    .click();
  await expect(probe.locator('.cell-code')).toContainText('handleInterrupt');
  await check(probe, 'failed');
  await probe.locator('.exercise-back').click();
  await expect.poll(() => probe.locator('.cell-code').innerText()).toBe(given);
});

test('the driver of both exercises passes both', async ({ page }) => {
  // One class with the steps of either solution.
  const steps = /export class MyDriver extends TulipDriver \{\n([\s\S]*)\n\}\n?$/;
  const [, handler = ''] = steps.exec(HANDLER) ?? [];
  const constants = HANDLER.replace(/^import .*\n/, '').replace(/\/\*\*[\s\S]*$/, '');
  const both = `import { CSR2_RECEIVE_POLL, CSR5_STATUS } from 'two-checkboxes';\n${constants}${PROBE.replace(
    steps,
    (_, probe) => `export class MyDriver extends TulipDriver {\n${handler}\n${probe}\n}\n`,
  )}`;
  await saved(page, 'interrupt-handler', { text: both });
  await saved(page, 'cheaper-probe', { text: both });
  const exercises = await open(page);
  await check(exercises.handler, 'passed');
  await check(exercises.probe, 'passed');
});

test('the offer appears when the earlier exercise passes', async ({ page }) => {
  await saved(page, 'interrupt-handler', { text: HANDLER });
  const { handler, probe } = await open(page);
  await check(handler, 'passed');
  await expect(probe.locator('.exercise-from')).toBeVisible();
});

test('a solution that cannot be loaded is said, and the text stays', async ({ page }) => {
  await saved(page, 'interrupt-handler', { text: '// mine', hints: 3 });
  await page.route(/texts\.\w+\.json/, (route) => route.abort());
  const { handler } = await open(page);
  await handler.locator('.exercise-solution').click();
  await expect(handler.locator('.cell-status')).toContainText('could not be loaded');
  await expect(handler.locator('.cell-code')).toHaveText('// mine');
});

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [360, 1280])
    test(`accessible with everything open, ${colorScheme}, ${width} px`, async ({ browser }) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
      const page = await context.newPage();
      await saved(page, 'interrupt-handler', { text: HANDLER, passed: true });
      await saved(page, 'cheaper-probe', { text: HANDLER, mine: '// mine', hints: 2 });
      const { probe } = await open(page);
      await probe.locator('.exercise-solution').click();
      await probe.locator('.exercise-compare').click();
      await expect(probe.locator('.diff')).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).include('two-exercise').analyze();
      expect(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target}`))).toEqual(
        [],
      );
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
      if (process.env.SHOTS)
        await probe.screenshot({
          path: `${process.env.SHOTS}/exercise-${colorScheme}-${width}.png`,
        });
      await context.close();
    });
