import { expect, type Page, test } from '@playwright/test';
import { pages, type Served, serve } from './serve.ts';

/** What went wrong on a page that a reader would not see: errors, foreign requests, missing files. */
function watch(page: Page, origin: string): string[] {
  const seen: string[] = [];
  page.on(
    'console',
    (message) => message.type() === 'error' && seen.push(`console: ${message.text()}`),
  );
  page.on('pageerror', (error) => seen.push(`error: ${error.message}`));
  page.on(
    'response',
    (response) => response.status() >= 400 && seen.push(`${response.status()} ${response.url()}`),
  );
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob|about):/.test(url)) seen.push(`foreign: ${url}`);
  });
  return seen;
}

for (const prefix of ['/', '/docs/course/']) {
  test.describe(`the site under ${prefix}`, () => {
    let served: Served;
    test.beforeAll(async () => {
      served = await serve(prefix);
    });
    test.afterAll(() => served.close());

    test('every page loads alone: no error, no other origin, its own fonts', async ({ page }) => {
      const troubles = watch(page, new URL(served.url).origin);
      for (const path of pages()) {
        await page.goto(served.url + path, { waitUntil: 'networkidle' });
        await expect(page.locator('h1')).toHaveCount(1);
        const serif = await page.evaluate(async () => {
          await document.fonts.ready;
          return document.fonts.check('16px "Source Serif"');
        });
        expect(serif, `text face on /${path}`).toBe(true);
      }
      expect(troubles).toEqual([]);
    });

    test('every link within the site leads somewhere', async ({ page, request }) => {
      const targets = new Set<string>();
      for (const path of pages()) {
        await page.goto(served.url + path);
        const hrefs = await page
          .locator('a[href]')
          .evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href));
        for (const href of hrefs)
          if (href.startsWith(served.url)) targets.add(href.split('#')[0] ?? href);
        const outside = hrefs.filter(
          (href) => href.startsWith(new URL(served.url).origin) && !href.startsWith(served.url),
        );
        expect(outside, `links on /${path} that leave the prefix`).toEqual([]);
      }
      for (const target of targets) expect((await request.get(target)).status(), target).toBe(200);
    });

    test('search finds a term and leads to it', async ({ page }) => {
      const troubles = watch(page, new URL(served.url).origin);
      await page.goto(served.url);
      await page.keyboard.press('/');
      await page.getByRole('searchbox').fill('worker process');
      const hit = page.locator('course-search li a').first();
      await expect(hit).toBeVisible();
      expect(await hit.evaluate((a) => (a as HTMLAnchorElement).href)).toContain(served.url);
      await hit.click();
      await expect(page.locator('h1')).toBeVisible();
      expect(page.url().startsWith(served.url)).toBe(true);
      expect(troubles).toEqual([]);
    });

    test('from the start to a lesson and back', async ({ page }) => {
      await page.goto(served.url);
      await page.getByRole('link', { name: 'Start with lesson 1' }).click();
      await expect(page.locator('h1')).toHaveText('The ledger');
      await page.getByRole('link', { name: 'Two Checkboxes', exact: true }).click();
      expect(page.url()).toBe(served.url);
    });

    test('a cell runs and its result is drawn', async ({ page }) => {
      const troubles = watch(page, new URL(served.url).origin);
      await page.goto(`${served.url}lessons/01-the-ledger/`);
      const cell = page.locator('#cell-compare');
      await cell.getByRole('button', { name: 'Run' }).click();
      await expect(cell.locator('.report-compare .meter')).toHaveCount(4, { timeout: 20_000 });
      await expect(page.locator('#question-compare .question-answer')).toHaveAttribute('open', '');
      expect(troubles).toEqual([]);
    });
  });
}

test.describe('one page', () => {
  let served: Served;
  test.beforeAll(async () => {
    served = await serve('/');
  });
  test.afterAll(() => served.close());

  test('never scrolls sideways at 360 pixels', async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of pages()) {
      await page.goto(served.url + path);
      const excess = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(excess, `/${path}`).toBeLessThanOrEqual(0);
    }
  });

  test('keeps the colours that a reader chose', async ({ page }) => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(served.url);
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    expect(await theme()).toBe('light');
    await page.getByRole('button', { name: 'Dark colours' }).click();
    expect(await theme()).toBe('dark');
    await page.goto(`${served.url}glossary/`);
    expect(await theme()).toBe('dark');
    await expect(page.getByRole('button', { name: 'Dark colours' })).toHaveAttribute(
      'aria-pressed',
      'true',
    );
  });

  test('stands still for who asked for calm', async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(served.url);
    await page.locator('.hero-machine').scrollIntoViewIfNeeded();
    await page.waitForTimeout(1200);
    await expect(page.locator('.frame.is-out')).toHaveCount(0);
  });

  test('shows numbers of the model beside the lanes, and computes them again on request', async ({
    page,
  }) => {
    await page.goto(served.url);
    const exits = (lane: string) => page.locator(`[data-lane="${lane}"] [data-meter="exits"]`);
    await expect(exits('emulated')).toHaveText(/[\d.]+/);
    const latency = page.locator('[data-lane="emulated"] [data-meter="latency"]');
    const before = await latency.textContent();
    await page.getByLabel('costs of').selectOption('skylake-2017');
    await page.getByRole('button', { name: 'Run it here' }).click();
    await expect(page.getByText('Computed in your browser.')).toBeVisible({ timeout: 20_000 });
    expect(await latency.textContent()).not.toBe(before);
  });

  test('loads no renderer and no editor before a reader asks for one', async ({ page }) => {
    const scripts: string[] = [];
    page.on(
      'request',
      (request) => request.resourceType() === 'script' && scripts.push(request.url()),
    );
    await page.goto(`${served.url}lessons/01-the-ledger/`, { waitUntil: 'networkidle' });
    expect(scripts.filter((url) => /draw|monaco|editor|esbuild|lab\./i.test(url))).toEqual([]);
  });
});
