import { readdirSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { type Served, serve } from './serve.ts';

/** Every lesson as a reader has it: each cell runs and shows something, at both widths and in both lights. */

let served: Served;
test.beforeAll(async () => {
  served = await serve('/');
});
test.afterAll(() => served.close());

const LESSONS = readdirSync('lessons').filter((name) => /^\d\d-/.test(name));

/** Runs each cell of the page from the top. */
async function runAll(page: Page): Promise<void> {
  for (const cell of await page.locator('two-cell').all()) {
    await cell.locator('.cell-run').click();
    await expect(cell).toHaveAttribute('data-state', 'done', { timeout: 45_000 });
    await expect(cell.locator('.report').first()).toBeVisible();
    await expect(cell.locator('.cell-error')).toBeHidden();
  }
}

for (const [width, colorScheme] of [
  [1280, 'light'],
  [360, 'dark'],
] as const)
  test.describe(`${width} px, ${colorScheme}`, () => {
    test.use({
      viewport: { width, height: 900 },
      colorScheme,
      contextOptions: { reducedMotion: 'reduce' },
    });

    for (const lesson of LESSONS)
      test(`${lesson}: every cell runs, fits and can be used by everybody`, async ({ page }) => {
        test.setTimeout(180_000);
        const errors: string[] = [];
        page.on('pageerror', (error) => errors.push(error.message));
        await page.goto(`${served.url}lessons/${lesson}/`);
        await runAll(page);
        for (const details of await page.locator('.behind').all())
          await details.locator('summary').first().click();
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow).toBe(0);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
        ).toEqual([]);
        expect(errors).toEqual([]);
      });
  });

for (const lesson of LESSONS)
  test(`${lesson}: the check of each exercise answers, and what is given does not pass`, async ({
    page,
  }) => {
    test.setTimeout(120_000);
    await page.goto(`${served.url}lessons/${lesson}/`);
    for (const exercise of await page.locator('two-exercise').all()) {
      await exercise.getByRole('button', { name: 'Check' }).click();
      await expect(exercise).toHaveAttribute('data-state', 'failed', { timeout: 60_000 });
      await expect(exercise.locator('.expectation[data-passed="false"]').first()).toBeVisible();
    }
  });
