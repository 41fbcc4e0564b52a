import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { cell, edit, open as openPage, result, run, undo, words } from './playground-page.ts';
import { type Served, serve } from './serve.ts';

let served: Served;
test.beforeAll(async () => {
  served = await serve('/docs/course/');
});
test.afterAll(() => served.close());

const open = (page: Page, hash = '') => openPage(page, served.url, hash);

/** The link that the page makes of what it shows. */
async function shared(page: Page): Promise<string> {
  await page.locator('.writer-share').click();
  const link = await page.getByLabel('Link to this machine').inputValue();
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Link to this machine')).toHaveCount(0);
  await expect(page.locator('.writer-share')).toBeFocused();
  return link;
}

const received = (page: Page) => page.getByRole('region', { name: 'What a link brings' });

test('a link brings panels and code, says what it changes, and runs nothing', async ({
  page,
  context,
}) => {
  await open(page);
  await page.getByLabel('How many').fill('3');
  await page.getByLabel('Enable SR-IOV', { exact: true }).check();
  const panels = await shared(page);
  await edit(page, '\nconsole.log("from afar");');
  const code = await shared(page);

  const other = await (await context.browser()?.newContext())?.newPage();
  if (!other) throw new Error('no second reader');
  await open(other);
  await other.getByLabel('Seed').fill('9');
  await other.goto(panels);
  await expect(received(other)).toBeFocused();
  await expect(received(other)).toContainText('How many: 1 → 3');
  await expect(received(other)).toContainText('Enable SR-IOV: off → on');
  await expect(received(other)).toContainText('Seed: 9 → 1');
  await expect(other.getByLabel('How many')).toHaveValue('1');
  await other.getByRole('button', { name: 'Take it' }).click();
  await expect(other.getByLabel('How many')).toHaveValue('3');
  await expect(other.locator('.cell-code')).toContainText('count: 3');
  await expect(cell(other)).toHaveAttribute('data-state', 'idle');
  await undo(other).click();
  await expect(other.getByLabel('Seed')).toHaveValue('9');
  await expect(other.locator('.cell-code')).toContainText('count: 1');

  await other.goto(code);
  await expect(received(other)).toContainText('Code that somebody wrote');
  await expect(received(other)).toContainText('console.log("from afar")');
  await other.getByRole('button', { name: 'Keep what is here' }).click();
  await expect(received(other)).toHaveCount(0);
  await expect(words(other)).toContainText('The panels write this code');
  await other.goto(code);
  await other.getByRole('button', { name: 'Take it' }).click();
  await expect(words(other)).toContainText('yours now');
  await expect(cell(other)).toHaveAttribute('data-state', 'idle');
  const { violations } = await new AxeBuilder({ page: other }).analyze();
  expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.target}`)).toEqual([]);
  await other.context().close();
});

test('a link to an opened cell, and links that are none', async ({ page }) => {
  await open(page, '#open=11-two-checkboxes/boxes');
  await run(page);
  await page.locator('.cell-knobs').getByLabel('Enable SR-IOV', { exact: true }).check();
  await expect(result(page)).toContainText('created without SR-IOV');
  const link = await shared(page);
  await page.getByRole('button', { name: 'Back to the machine' }).click();
  await page.goto(link);
  await expect(received(page)).toContainText('It opens boxes.ts of lesson 11-two-checkboxes');
  await expect(received(page)).toContainText('Knobs: ');
  await page.getByRole('button', { name: 'Take it' }).click();
  await expect(words(page)).toContainText('boxes.ts of lesson 11, Two checkboxes');
  for (const hash of [
    '#share=',
    '#share=1.x',
    '#share=9.AAAA',
    `#share=1.${'A'.repeat(200_000)}`,
  ]) {
    await page.goto('about:blank');
    await open(page, hash);
    await expect(received(page)).toContainText('This link cannot be opened');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await expect(received(page)).toHaveCount(0);
  }
});
