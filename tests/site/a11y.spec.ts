import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { pages, type Served, serve } from './serve.ts';

let served: Served;
test.beforeAll(async () => {
  served = await serve('/');
});
test.afterAll(() => served.close());

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' } });

    for (const path of pages())
      test(`/${path}`, async ({ page }) => {
        await page.goto(served.url + path, { waitUntil: 'networkidle' });
        expect(await violations(page)).toEqual([]);
      });

    test('search with results', async ({ page }) => {
      await page.goto(served.url);
      await page.keyboard.press('/');
      await page.getByRole('searchbox').fill('exit');
      await expect(page.locator('course-search li a').first()).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });

    test('a lesson with results, a hint and every table open', async ({ page }) => {
      await page.goto(`${served.url}lessons/01-the-ledger/`);
      for (const name of ['compare', 'units', 'timeline', 'capture']) {
        const cell = page.locator(`#cell-${name}`);
        await cell.locator('.cell-run').click();
        await expect(cell.locator('.report').first()).toBeVisible({ timeout: 20_000 });
      }
      for (const details of await page.locator('.behind').all())
        await details.locator('summary').first().click();
      await page.locator('.exercise-hint').first().click();
      expect(await violations(page)).toEqual([]);
    });

    test('a lesson with the editor open', async ({ page }) => {
      await page.goto(`${served.url}lessons/01-the-ledger/`);
      const cell = page.locator('#cell-compare');
      await cell.getByRole('button', { name: 'Edit compare.ts' }).click();
      await expect(cell.locator('.monaco-editor, .editor-plain').first()).toBeVisible({
        timeout: 30_000,
      });
      expect(await violations(page)).toEqual([]);
    });
  });
}
