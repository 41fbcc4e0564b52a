import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { type Served, serve } from './serve.ts';

const KEY = 'two-checkboxes:v1:profile:own';

let served: Served;
test.beforeAll(async () => {
  served = await serve('/docs/course/');
});
test.afterAll(() => served.close());

const open = (page: Page, path: string) => page.goto(served.url + path);
const status = (page: Page) => page.locator('own-profile .status');

/** Runs the comparison of lesson 1 and answers what its knob of profiles offers. */
async function offered(page: Page): Promise<string[]> {
  await open(page, 'lessons/01-the-ledger/');
  const cell = page.locator('#cell-compare');
  await cell.locator('.cell-run').click();
  await expect(cell).toHaveAttribute('data-state', 'done', { timeout: 30_000 });
  return cell
    .locator('.knob-choice')
    .filter({ hasText: 'Costs of' })
    .locator('option')
    .allInnerTexts();
}

test('every value leads to a row of a source, or to what is assumed', async ({ page }) => {
  await open(page, 'profiles/');
  const links = await page
    .locator('.figure a')
    .evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''));
  expect(links.length).toBeGreaterThan(150);
  await open(page, 'sources/');
  const ids = new Set(await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id)));
  const rows = links.filter((href) => href !== '#assumed').map((href) => href.split('#')[1] ?? '');
  expect(rows.filter((id) => !ids.has(id))).toEqual([]);
});

test('a profile that is kept is offered by cells, charged, and forgotten again', async ({
  page,
}) => {
  await open(page, 'profiles/');
  await page.getByLabel('Start from').selectOption('skylake-2017');
  await page.getByRole('button', { name: 'Fill in' }).click();
  await page.getByLabel('Copying a byte that none holds').fill('40');
  await page.getByRole('button', { name: 'Keep in this browser' }).click();
  await expect(status(page)).toContainText('Kept in this browser');

  expect(await offered(page)).toContain('own');
  const cell = page.locator('#cell-compare');
  const rate = () => cell.locator('tr', { hasText: 'Throughput' }).first().innerText();
  await cell.getByLabel('Costs of').selectOption('skylake-2017');
  await expect(cell.locator('.cell-output')).toContainText('costs of skylake-2017');
  const published = await rate();
  await cell.getByLabel('Costs of').selectOption('own');
  await expect(cell.locator('.cell-output')).toContainText('your own costs');
  expect(await rate()).not.toBe(published);

  await open(page, 'profiles/');
  await expect(page.getByLabel('Copying a byte that none holds')).toHaveValue('40');
  await page.getByRole('button', { name: 'Forget it' }).click();
  await cell
    .page()
    .evaluate(() => localStorage.removeItem('two-checkboxes:v1:cell:01-the-ledger/compare'));
  expect(await offered(page)).not.toContain('own');
});

test('what is wrong in the form is said beside it, and not kept', async ({ page }) => {
  await open(page, 'profiles/');
  const field = page.getByLabel('A system call');
  for (const [value, says] of [
    ['-3', /'syscall_rtt' is -3/],
    ['', /'syscall_rtt' has no value/],
    ['1e12', /more than 1000000 cycles/],
  ] as const) {
    await field.fill(value);
    await page.getByRole('button', { name: 'Keep in this browser' }).click();
    await expect(page.locator('.problems')).toContainText(says);
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toBeFocused();
  }
  expect(await page.evaluate((key) => localStorage.getItem(key), KEY)).toBeNull();
});

test('a file is downloaded and loaded; one that is no profile is refused', async ({ page }) => {
  await open(page, 'profiles/');
  await page.getByLabel('Clock, GHz').fill('3.5');
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const path = await (await waiting).path();
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ id: 'own', ghz: 3.5 });
  await page.getByRole('button', { name: 'Fill in' }).click();
  await expect(page.getByLabel('Clock, GHz')).toHaveValue('2.93');
  const load = (name: string, text: string) =>
    page
      .locator('own-profile input[type="file"]')
      .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
  await load('mine.json', readFileSync(path, 'utf8'));
  await expect(page.getByLabel('Clock, GHz')).toHaveValue('3.5');
  await load('cut.json', '{"id":');
  await expect(page.locator('.problems')).toContainText('it is not JSON');
  await load('list.json', '[1]');
  await expect(page.locator('.problems')).toContainText('it is not an object');
  await expect(page.getByLabel('Clock, GHz')).toHaveValue('3.5');
});

test('hostile storage is text that stops nobody', async ({ page }) => {
  await open(page, 'profiles/');
  const hostile = { id: '<img src=x onerror=alert(1)>', p: { '<b>': 1 }, ghz: '<script>' };
  await page.evaluate(([key, text]) => localStorage.setItem(key, text), [
    KEY,
    JSON.stringify(hostile),
  ] as const);
  let asked = false;
  page.on('dialog', () => {
    asked = true;
  });
  expect(await offered(page)).not.toContain('own');
  await open(page, 'profiles/');
  await expect(status(page)).toContainText('is no profile');
  await expect(page.locator('.problems')).toContainText('<img src=x');
  await page.evaluate((key) => localStorage.setItem(key, '{'), KEY);
  await page.reload();
  await expect(page.getByLabel('Clock, GHz')).toHaveValue('2.93');
  expect(asked).toBe(false);
});
