import { expect, type Page, test } from '@playwright/test';
import { pages } from '../site/serve.ts';
import { readPage, runs } from './reading.ts';
import { type Site, startSite } from './versions.ts';

/** Every kind of page without a network: nothing that it asks for is missing. */

test.use({ serviceWorkers: 'allow' });
test.describe.configure({ mode: 'default' });

let site: Site;
test.beforeAll(async () => {
  site = await startSite();
});
test.afterAll(() => site.close());

/** Requests without an answer, and errors, from now on. */
function watch(page: Page): string[] {
  const seen: string[] = [];
  // Code that a run is made of comes as a blob, and may be dropped while it comes.
  page.on('requestfailed', (request) => {
    if (request.url().startsWith('http'))
      seen.push(`${request.failure()?.errorText} ${request.url()}`);
  });
  page.on('response', (answer) => answer.status() >= 400 && seen.push(answer.url()));
  page.on('pageerror', (error) => seen.push(error.message));
  return seen;
}

/** Goes there without a network, and looks for fonts, styles and marks that need a file each. */
async function isWhole(page: Page, path: string): Promise<void> {
  const seen = watch(page);
  await page.goto(site.url + path, { waitUntil: 'networkidle' });
  await expect(page.locator('h1').first()).toBeVisible();
  expect(new URL(page.url()).pathname).toBe(`/docs/course/${path}`);
  const fonts = await page.evaluate(async () => {
    await document.fonts.ready;
    return [...document.fonts].filter(({ status }) => status === 'error').length;
  });
  expect(fonts, `fonts of ${path}`).toBe(0);
  expect(seen, path).toEqual([]);
}

/** What a reader does on a page that has been open once, besides reading. */
const USES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  '': async (page) => {
    await page.getByRole('button', { name: 'Run it here' }).click();
    await expect(page.getByText('Computed in your browser.')).toBeVisible({ timeout: 20_000 });
  },
  'glossary/': async () => {},
  'glossary/exit/': async () => {},
  'questions/': async () => {},
  'sources/': async () => {},
  'reality/': async () => {},
  'offline/': async () => {},
  'playground/': async (page) => {
    await page.locator('.cell-run').click();
    await expect(page.locator('playground-cell')).toHaveAttribute('data-state', 'done', {
      timeout: 45_000,
    });
  },
  'progress/': async (page) => {
    await expect(page.locator('.progress-sum')).toHaveText('Nothing done yet');
  },
  'profiles/': async (page) => {
    await page.locator('#own-name').fill('Mine');
    await page.getByRole('button', { name: 'Keep in this browser' }).click();
    await expect(page.locator('own-profile [role=status]')).toContainText('Kept in this browser');
  },
  'lessons/04-meet-a-real-driver/': async (page) => {
    await page.locator('.linux-recorded').click();
    await expect(page.locator('linux-session')).toHaveAttribute('data-state', 'running', {
      timeout: 30_000,
    });
  },
  'lessons/10-when-software-cannot-keep-up/': (page) => runs(page, 'frames'),
};

for (const [path, use] of Object.entries(USES))
  test(`works when it was read once: /${path}`, async ({ page, context }) => {
    await readPage(page, site, path);
    await context.setOffline(true);
    await isWhole(page, path);
    const seen = watch(page);
    await use(page);
    expect(seen).toEqual([]);
  });

test('the whole course: every page, search, and code that a reader edits', async ({
  page,
  context,
}) => {
  test.setTimeout(240_000);
  await page.goto(`${site.url}offline/`);
  await expect(page.locator('.offline-keep')).toBeEnabled({ timeout: 20_000 });
  await page.locator('.offline-keep').click();
  await expect(page.locator('.offline-status')).toHaveText('All of it is here now.', {
    timeout: 180_000,
  });
  await context.setOffline(true);
  for (const path of pages()) await isWhole(page, path);
  await page.goto(`${site.url}lessons/03-a-chip-made-of-software/`);
  await page.keyboard.press('/');
  await page.getByRole('searchbox').fill('exit');
  await expect(page.locator('course-search li a').first()).toBeVisible();
  await page.locator('course-search form button').click();
  const cell = page.locator('two-cell').first();
  await cell.locator('.cell-edit').click();
  await expect(cell.locator('.monaco-editor').first()).toBeVisible({ timeout: 60_000 });
  await cell.locator('.monaco-editor').first().click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type("console.log('mine');\n");
  await cell.locator('.cell-run').click();
  await expect(cell.locator('.cell-log')).toContainText('mine', { timeout: 45_000 });
});
