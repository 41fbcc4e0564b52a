import { expect, type Locator, type Page, test } from '@playwright/test';
import type { TwoCell } from '../../src/components/notebook/cell.ts';
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

/**
 * What a press may move later, as the browser sums it up. Not zero: another machine's fonts may break a line
 * elsewhere than where heights were measured. A chart without its place scores from 0.1 to 0.5.
 */
const MOST = 0.01;

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

/** Waits for the end of a run and of what is drawn after it, and asks that little moved. */
async function settles(page: Page, sheet: Locator): Promise<void> {
  await expect(sheet).toHaveAttribute('data-state', /done|failed/, { timeout: 40_000 });
  await expect(page.locator('.report-host:empty, [data-coming]')).toHaveCount(0);
  await expect(sheet.locator('.cell-error')).toBeHidden();
  await page.waitForTimeout(LATE_MS);
  const seen = (await shifts(page)).splice(0);
  const sum = seen.reduce((total, { value }) => total + value, 0);
  expect(sum, JSON.stringify(seen, null, 1)).toBeLessThanOrEqual(MOST);
}

const LESSONS: [lesson: string, sheets: string[]][] = [
  ['01-the-ledger', ['#cell-compare', '#cell-timeline', '#cell-capture', '#exercise-batch']],
  ['02-the-parent-owns-the-device', ['#cell-follow', '#cell-speed']],
  ['05-a-bus-made-of-memory', ['#cell-ring']],
];

for (const width of [360, 1280])
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height: 800 } });

    for (const [lesson, sheets] of LESSONS)
      for (const id of sheets)
        test(`${lesson} ${id}: what a run brings finds its place`, async ({ page }) => {
          await open(page, lesson);
          expect(await shifts(page), 'the page').toEqual([]);
          const sheet = page.locator(id);
          await sheet.locator('.cell-run, .exercise-check').click();
          await settles(page, sheet);
        });

    test('an answer that a run opens leaves the cell where it is', async ({ page }) => {
      await open(page, '11-two-checkboxes');
      const cell = page.locator('#cell-steps');
      const question = page.locator('#question-steps');
      await question.getByLabel('One or two').check();
      await cell.locator('.cell-run').scrollIntoViewIfNeeded();
      const { y: before = 0 } = (await cell.boundingBox()) ?? {};
      await cell.locator('.cell-run').click();
      await expect(question).toHaveAttribute('data-answered', 'wrong', { timeout: 40_000 });
      await settles(page, cell);
      const { y: after = 0 } = (await cell.boundingBox()) ?? {};
      expect(Math.abs(after - before)).toBeLessThanOrEqual(1);
    });

    test('an editor comes without a jump', async ({ page }) => {
      await open(page, '01-the-ledger');
      const cell = page.locator('#cell-compare');
      await cell.locator('.cell-edit').click();
      await cell.locator('.monaco-editor, textarea').first().waitFor({ timeout: 40_000 });
      await page.waitForTimeout(2 * LATE_MS);
      expect(await shifts(page), 'an editor').toEqual([]);
    });
  });

test.describe('the place of results', () => {
  test.use({ viewport: { width: 360, height: 800 } });

  test('is there within the press, and is given back when they have filled it', async ({
    page,
  }) => {
    await open(page, '01-the-ledger');
    const cell = page.locator('#cell-compare');
    const kept = await cell.evaluate((element) => {
      const high = (selector: string) =>
        element.querySelector<HTMLElement>(selector)?.offsetHeight ?? 0;
      element.querySelector<HTMLElement>('.cell-run')?.click();
      return { knobs: high('.cell-knobs'), output: high('.cell-output') };
    });
    expect(kept.knobs).toBeGreaterThan(80);
    expect(kept.output).toBeGreaterThan(800);
    await settles(page, cell);
    for (const [name, height] of Object.entries(kept)) {
      const now = (await cell.locator(`.cell-${name}`).boundingBox())?.height ?? 0;
      expect(Math.abs(now - height), name).toBeLessThan(30);
    }
    // What has filled its place may be any height from then on: a reader opens and closes parts of it.
    await page.setViewportSize({ width: 1280, height: 800 });
    const wide = (await cell.locator('.cell-output').boundingBox())?.height ?? 0;
    expect(wide).toBeLessThan(kept.output - 100);
  });

  test('is given back at once when a run is stopped or fails', async ({ page }) => {
    await open(page, '01-the-ledger');
    const cell = page.locator('#cell-compare');
    await cell.locator('.cell-run').click();
    await expect(cell.locator('.cell-output')).toBeVisible();
    await cell.locator('.cell-stop').click();
    await expect(cell).toHaveAttribute('data-state', 'stopped');
    await expect(cell.locator('.cell-output')).toBeHidden();
    await expect(cell.locator('.cell-knobs')).toBeHidden();

    await cell.evaluate((element) =>
      (element as TwoCell).load({ text: "throw new Error('no results');" }),
    );
    await cell.locator('.cell-run').click();
    expect((await cell.locator('.cell-output').boundingBox())?.height).toBeGreaterThan(800);
    await expect(cell).toHaveAttribute('data-state', 'failed', { timeout: 30_000 });
    await expect(cell.locator('.cell-error')).toBeVisible();
    await expect
      .poll(async () => (await cell.locator('.cell-output').boundingBox())?.height)
      .toBeLessThan(300);
    await expect(cell.locator('.cell-knobs')).toBeHidden();
  });

  test('keeps earlier results until the next run has its own', async ({ page }) => {
    await open(page, '01-the-ledger');
    const cell = page.locator('#cell-timeline');
    await cell.locator('.cell-run').click();
    await settles(page, cell);
    const output = cell.locator('.cell-output');
    const before = await output.boundingBox();
    await cell.locator('.cell-run').click();
    await expect(output.locator('.report')).toBeVisible();
    await settles(page, cell);
    expect((await output.boundingBox())?.height).toBe(before?.height);
  });
});
