import { expect, type Page, test } from '@playwright/test';
import { readPage, runs } from './reading.ts';
import { type Site, startSite, WORDS } from './versions.ts';

/** The course without a network, and from one version to the next. */

test.use({ serviceWorkers: 'allow' });
test.describe.configure({ mode: 'default' });

let site: Site;
test.beforeAll(async () => {
  site = await startSite();
});
test.afterAll(() => site.close());
test.beforeEach(() => site.reset());

const LESSON = 'lessons/01-the-ledger/';
const OTHER = 'lessons/02-the-parent-owns-the-device/';

const read = (page: Page, path: string): Promise<void> => readPage(page, site, path);

const title = (page: Page) => page.locator('h1').first();

test('a page that was read works without a network, with its cells and exercises', async ({
  page,
  context,
}) => {
  test.setTimeout(120_000);
  await read(page, LESSON);
  await context.setOffline(true);
  await page.reload();
  await expect(title(page)).toHaveText('The ledger');
  expect(await page.evaluate(() => document.fonts.ready.then(({ size }) => size))).toBeGreaterThan(
    0,
  );
  await runs(page, 'compare');
  await expect(page.locator('#cell-compare .report-compare .meter')).toHaveCount(4);
  await page.locator('.exercise-check').first().click();
  await expect(page.locator('.expectation').first()).toBeVisible({ timeout: 30_000 });
});

test('a page that was not read says so, and comes when the network does', async ({
  page,
  context,
}) => {
  await read(page, LESSON);
  await context.setOffline(true);
  await page.goto(site.url + OTHER);
  await expect(title(page)).toHaveText('Without a network');
  await expect(page.locator('missing-page')).toContainText('has not been opened');
  expect(new URL(page.url()).pathname).toBe('/docs/course/offline/');
  await context.setOffline(false);
  await expect(title(page)).toHaveText('The parent owns the device', { timeout: 20_000 });
});

test('an address that asks to go elsewhere goes nowhere', async ({ page }) => {
  for (const target of [
    'https://example.org/',
    'javascript:alert(1)',
    '/elsewhere/',
    '//example.org',
  ]) {
    await page.goto(`${site.url}offline/?why=network&page=${encodeURIComponent(target)}`);
    await expect(title(page)).toHaveText('Without a network');
    await expect(page.locator('missing-page')).toBeHidden();
  }
});

test('what was used once stays: search and the editor', async ({ page, context }) => {
  test.setTimeout(180_000);
  await read(page, LESSON);
  await page.reload();
  await page.keyboard.press('/');
  await page.getByRole('searchbox').fill('exit');
  await expect(page.locator('course-search li a').first()).toBeVisible();
  await page.locator('course-search form button').click();
  const cell = page.locator('#cell-compare');
  await cell.locator('.cell-edit').click();
  await expect(cell.locator('.monaco-editor').first()).toBeVisible({ timeout: 60_000 });
  await cell.locator('.monaco-editor').first().click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type("console.log('mine');\n");
  await runs(page, 'compare');
  await context.setOffline(true);
  await page.reload();
  await expect(cell.locator('.cell-edited')).toBeVisible();
  await runs(page, 'compare');
  await expect(cell.locator('.cell-log')).toContainText('mine');
  await page.keyboard.press('/');
  await page.getByRole('searchbox').fill('doorbell');
  await expect(page.locator('course-search li a').first()).toBeVisible();
});

test('one button keeps the whole course, says how much, and removes it', async ({
  page,
  context,
}) => {
  test.setTimeout(240_000);
  await page.goto(`${site.url}offline/`);
  const keep = page.locator('.offline-keep');
  await expect(keep).toHaveText(/^Make the whole course available offline \(\d+\sMB\)$/, {
    timeout: 20_000,
  });
  await keep.click();
  await expect(page.locator('.offline-progress')).toBeVisible();
  await expect(page.locator('.offline-status')).toHaveText('All of it is here now.', {
    timeout: 180_000,
  });
  await context.setOffline(true);
  await page.goto(`${site.url}lessons/12-virtual-functions-by-hand/`);
  await runs(page, 'places');
  await page.goto(site.url);
  await page.getByRole('button', { name: 'Run it here' }).click();
  await expect(page.getByText('Computed in your browser.')).toBeVisible({ timeout: 20_000 });
  await page.goto(`${site.url}offline/`);
  await page.getByRole('button', { name: /^Remove it \(\d+\sMB\)/ }).click();
  await expect(page.locator('.offline-status')).toContainText('Removed');
  await expect(keep).toBeFocused();
  await page.goto(site.url + OTHER);
  await expect(page.locator('missing-page')).toContainText('has not been opened');
});

test('a newer version waits, says so, and takes over whole when the reader chooses', async ({
  page,
  context,
}) => {
  test.setTimeout(120_000);
  await read(page, LESSON);
  const other = await context.newPage();
  await other.goto(site.url + LESSON);
  await page.reload();
  site.publish();
  await page.reload();
  await expect(title(page)).toHaveText('The ledger');
  const notice = page.locator('.version-notice');
  await expect(notice).toContainText('A newer version of the course is ready', { timeout: 30_000 });
  await runs(page, 'units');
  await notice.getByRole('button', { name: 'Later' }).click();
  await page.reload();
  await expect(title(page)).toHaveText('The ledger');
  await notice.getByRole('button', { name: 'Use it now: reloads 2 open pages' }).click();
  for (const one of [page, other]) {
    await expect(title(one)).toHaveText(`The ledger ${WORDS}`, { timeout: 20_000 });
    expect(await versionOfSandbox(one)).toBe(2);
  }
  await context.setOffline(true);
  await page.reload();
  await expect(title(page)).toHaveText(`The ledger ${WORDS}`);
  await runs(page, 'units');
});

test('a newer version takes over by itself when no page of the old one is open', async ({
  page,
  context,
}) => {
  await read(page, LESSON);
  await page.reload();
  site.publish();
  await page.reload();
  await expect(page.locator('.version-notice')).toBeVisible({ timeout: 30_000 });
  await page.close();
  const next = await context.newPage();
  await expect(async () => {
    await next.goto('about:blank');
    await next.goto(site.url + LESSON);
    await expect(title(next)).toHaveText(`The ledger ${WORDS}`, { timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  expect(await versionOfSandbox(next)).toBe(2);
});

test('a page that only the newer version has comes with that version', async ({ page }) => {
  await read(page, LESSON);
  await page.reload();
  site.publish();
  await page.goto(site.url + OTHER);
  await expect(title(page)).toHaveText(`The parent owns the device ${WORDS}`, { timeout: 30_000 });
  expect(await versionOfSandbox(page)).toBe(2);
});

test('a torn update changes nothing: neither page nor sandbox is of two versions', async ({
  page,
}) => {
  test.setTimeout(120_000);
  await read(page, LESSON);
  await page.reload();
  // The new worker is there, and the pages; the sandbox is still the old one.
  site.publishOnly(/^(sw\.js|lessons\/.*)$/);
  await page.reload();
  await page.waitForTimeout(3_000);
  await expect(title(page)).toHaveText('The ledger');
  expect(await versionOfSandbox(page)).toBe(1);
  await expect(page.locator('.version-notice')).toHaveCount(0);
  await runs(page, 'units');
  await page.goto(site.url + OTHER);
  await expect(page.locator('missing-page')).toContainText('The site is being changed', {
    timeout: 20_000,
  });
  // The rest arrives.
  site.publish();
  // An attempt that began before may still have to fail.
  await expect(async () => {
    // It may have come since, without a click.
    const again = page.locator('.missing-again');
    if (await again.isVisible()) await again.click({ timeout: 1_000 });
    await expect(title(page)).toHaveText(`The parent owns the device ${WORDS}`, {
      timeout: 10_000,
    });
  }).toPass({ timeout: 60_000 });
  expect(await versionOfSandbox(page)).toBe(2);
});

test('another torn update: pages that are newer than the worker are not shown', async ({
  page,
}) => {
  await read(page, LESSON);
  await page.reload();
  site.publishOnly(/^lessons\//);
  await page.goto(site.url + OTHER);
  await expect(page.locator('missing-page')).toContainText('The site is being changed', {
    timeout: 20_000,
  });
  await page.getByRole('button', { name: 'Drop it and go on' }).click();
  await expect(title(page)).toHaveText(`The parent owns the device ${WORDS}`);
});

test('where there can be no worker the course works, and says so', async ({ browser }) => {
  const context = await browser.newContext({ serviceWorkers: 'allow' });
  await context.addInitScript(() => {
    Reflect.deleteProperty(Navigator.prototype, 'serviceWorker');
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${site.url}offline/`);
  await expect(page.locator('.offline-status')).toContainText('keeps no pages for later');
  await expect(page.locator('.offline-keep')).toBeDisabled();
  await page.goto(site.url + LESSON);
  await runs(page, 'units');
  expect(errors).toEqual([]);
  await context.close();
});

/** Which version the manifest is of that a page gets now. */
function versionOfSandbox(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const home = document.querySelector<HTMLLinkElement>('link[rel="home"]')?.href ?? '';
    const answer = await fetch(new URL('sandbox/manifest.json', home));
    return (await answer.json()).version ?? 1;
  });
}
