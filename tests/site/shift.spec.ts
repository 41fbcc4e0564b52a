import { expect, type Page, test } from '@playwright/test';
import { type Served, serve } from './serve.ts';

/**
 * Nothing jumps under a reader's eyes: what comes late (an editor, a drawing, the code for it) takes a place that
 * was kept for it. The browser counts a shift as the reader's own within half a second of a press, so
 * everything that is loaded here comes later than that.
 */

let site: Served;
test.beforeAll(async () => {
  site = await serve('/');
});
test.afterAll(() => site.close());

interface Shift {
  value: number;
  what: string[];
}

declare global {
  interface Window {
    shifts: Shift[];
  }
}

const LATE_MS = 900;

/** Opens a lesson on a slow network, and notes every shift that no press explains. */
async function open(page: Page, lesson: string): Promise<void> {
  await page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as {
        value: number;
        hadRecentInput: boolean;
        sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[];
      }[]) {
        if (entry.hadRecentInput) continue;
        const what = entry.sources.map(({ node, previousRect, currentRect }) => {
          const element = node instanceof Element ? node : node?.parentElement;
          return `${element?.localName}.${element?.className} ${previousRect.top}>${currentRect.top}`;
        });
        window.shifts.push({ value: entry.value, what });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(`${site.url}lessons/${lesson}/`);
  await page.locator('two-cell:defined').first().waitFor();
  await page.waitForTimeout(300);
  await page.route('**/*.{js,css,json,wasm}', async (route) => {
    await new Promise((done) => setTimeout(done, LATE_MS));
    await route.continue().catch(() => {});
  });
}

const shifts = (page: Page): Promise<Shift[]> => page.evaluate(() => window.shifts);

for (const width of [360, 1280])
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height: 800 } });

    test('a page, an editor and a first chart come without a jump', async ({ page }) => {
      await open(page, '01-the-ledger');
      expect(await shifts(page), 'the page').toEqual([]);
      const cell = page.locator('#cell-compare');
      await cell.locator('.cell-run').click();
      await expect(cell).toHaveAttribute('data-state', 'done', { timeout: 40_000 });
      await expect(cell.locator('.report-host:empty')).toHaveCount(0);
      await page.waitForTimeout(LATE_MS);
      expect(await shifts(page), 'a chart').toEqual([]);
      await cell.locator('.cell-edit').click();
      await cell.locator('.monaco-editor, textarea').first().waitFor({ timeout: 40_000 });
      await page.waitForTimeout(2 * LATE_MS);
      expect(await shifts(page), 'an editor').toEqual([]);
    });
  });
