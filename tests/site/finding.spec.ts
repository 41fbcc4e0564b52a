import { readdirSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { type Served, serve } from './serve.ts';

/** Terms, sources, questions: a reader finds what a word means and where a claim is used. */

let served: Served;
test.beforeAll(async () => {
  served = await serve('/docs/course/');
});
test.afterAll(() => served.close());

test('a term shows its definition on focus and hover, and Escape closes it', async ({ page }) => {
  await page.goto(`${served.url}lessons/11-two-checkboxes/`);
  const term = page.locator('main .term').first();
  const definition = await term.getAttribute('data-definition');
  const note = page.getByRole('tooltip');
  await term.scrollIntoViewIfNeeded();
  await page.keyboard.press('Shift');
  await term.focus();
  await expect(note).toHaveText(definition ?? 'none');
  await expect(term).toHaveAttribute('aria-describedby', 'term-note');
  await page.keyboard.press('Escape');
  await expect(note).toBeHidden();
  await expect(term).toBeFocused();

  await term.hover();
  await expect(note).toBeVisible();
  // The pointer may rest on the note itself.
  await note.hover();
  await page.waitForTimeout(400);
  await expect(note).toBeVisible();
  await page.mouse.move(2, 400);
  await expect(note).toBeHidden();
});

test('a note stays within a narrow page', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 700 });
  await page.goto(`${served.url}lessons/11-two-checkboxes/`);
  for (const term of (await page.locator('main .term').all()).slice(0, 6)) {
    await page.keyboard.press('Shift');
    await term.focus();
    const box = await page.getByRole('tooltip').boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(360);
  }
});

test('a term has a page that leads to lessons, questions and sources', async ({ page }) => {
  await page.goto(`${served.url}lessons/11-two-checkboxes/`);
  const term = page.locator('main .term', { hasText: 'physical function' }).first();
  await term.click();
  await expect(page).toHaveURL(/\/glossary\/physical-function\/$/);
  await expect(page.locator('h1')).toHaveText('Physical function');
  await expect(page.locator('main').getByRole('link', { name: /^11\. / })).toBeVisible();
  await page.getByRole('link', { name: /no virtual function in the guest/ }).click();
  await expect(page).toHaveURL(/\/questions\/#not-visible$/);
  await expect(page.locator('#not-visible')).toBeInViewport();
});

test('a lesson lists the questions that it answers, and each leads back', async ({ page }) => {
  await page.goto(`${served.url}lessons/14-the-switch-inside-the-nic/`);
  const asked = page.getByRole('region', { name: 'Asked by others' });
  const questions = await asked.getByRole('link').count();
  expect(questions).toBeGreaterThan(3);
  await asked.getByRole('link').first().click();
  const target = page.locator('.questions li:has(:target)');
  await target.getByRole('link', { name: /^14\. / }).click();
  await expect(page).toHaveURL(/\/lessons\/14-the-switch-inside-the-nic\/$/);
});

test('every source says where it is used', async ({ page }) => {
  await page.goto(`${served.url}sources/`);
  const sources = page.locator('.sources > li');
  await expect(sources).toHaveCount(readdirSync('content/sources').length);
  await expect(sources.locator('.uses')).toHaveCount(await sources.count());
  const entry = page.locator('#tlfs .uses');
  await expect(entry.getByRole('link', { name: '5. A bus made of memory' })).toBeVisible();
});

test('search finds a term’s page and a question', async ({ page }) => {
  await page.goto(`${served.url}glossary/`);
  await page.keyboard.press('/');
  const field = page.getByRole('searchbox', { name: 'Search the course' });
  await field.fill('capture tool');
  const question = page.locator('course-search li a[href*="questions/#capture-tool"]');
  await expect(question).toHaveCount(1);
  await field.fill('doorbell');
  await expect(page.locator('course-search li a[href*="glossary/doorbell"]')).not.toHaveCount(0);
});

for (const scheme of ['light', 'dark'] as const)
  for (const width of [360, 1280])
    test(`axe has nothing to say at ${width} px, ${scheme}`, async ({ browser }) => {
      const context = await browser.newContext({
        colorScheme: scheme,
        viewport: { width, height: 800 },
      });
      const page = await context.newPage();
      for (const path of ['questions/', 'glossary/', 'glossary/exit/', 'sources/']) {
        await page.goto(served.url + path);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id }) => `${path} ${id}`)).toEqual([]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide, path).toBeLessThanOrEqual(width);
      }
      await context.close();
    });
