import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { type Gallery, serveGallery } from './rig.ts';

let gallery: Gallery;
test.beforeAll(async () => {
  gallery = await serveGallery();
});
test.afterAll(() => gallery.close());

async function open(page: Page, name: string) {
  await page.goto(gallery.url);
  const figure = page.locator(`section[id="${name}"] .report`);
  await expect(figure).toBeVisible();
  return figure;
}

test('a register shows each bit; coming to a field marks its own', async ({ page }) => {
  const figure = await open(page, 'registers');
  const status = figure.locator('.register-list > li').first();
  await expect(status.locator('.bits span')).toHaveCount(32);
  const set = await status
    .locator('.bits span')
    .evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).dataset.set).join(''));
  expect(set).toBe((0xf0010004).toString(2).padStart(32, '0'));
  const fields = status.getByRole('button');
  await fields.first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(status.getByRole('button', { name: 'RS 3: waits [19:17]' })).toBeFocused();
  const marked = await status
    .locator('.bits span')
    .evaluateAll((cells) =>
      cells.flatMap((cell, i) => (cell.classList.contains('is-marked') ? [31 - i] : [])),
    );
  expect(marked).toEqual([19, 18, 17]);
  await expect(status).toContainText('section 2, CSR5');
  await expect(figure).toContainText('Rests on: facts of the sample.');
  await figure.locator('summary').click();
  await expect(figure.getByRole('table')).toContainText('19:17');
});

test('a slot opens to its descriptor, one at a time, by keyboard', async ({ page }) => {
  const figure = await open(page, 'ring');
  const slots = figure.getByRole('list', { name: 'Slots' }).getByRole('button');
  await expect(slots).toHaveCount(16);
  await slots.first().focus();
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const detail = figure.locator('.slot-detail');
  await expect(detail).toContainText('Slot 5: device, frame 5, head');
  await expect(detail.locator('dt')).toHaveText(['OWN', 'TBS1']);
  await expect(detail.locator('dd')).toHaveText(['1', '65']);
  await expect(detail.locator('.slot-section')).toHaveText([
    'section 3, TDES0',
    'section 3, TDES1',
  ]);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(detail).toContainText('Slot 6');
  await expect(figure.locator('[aria-expanded="true"]')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(detail).toBeEmpty();
});

for (const theme of ['light', 'dark'])
  test(`nothing that axe objects to, every table open, ${theme}`, async ({ page }) => {
    await page.goto(gallery.url);
    await page.evaluate((name) => {
      document.documentElement.dataset.theme = name;
      document.body.style.background = 'var(--paper)';
    }, theme);
    await expect(page.locator('section:has(.report)')).toHaveCount(17);
    for (const summary of await page.locator('.behind > summary').all()) await summary.click();
    await page.locator('.ring-slots button').nth(6).click();
    const { violations } = await new AxeBuilder({ page }).include('section').analyze();
    expect(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.html}`))).toEqual([]);
  });
