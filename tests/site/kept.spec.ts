import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { type Served, serve } from './serve.ts';

/** What a reader types is kept: through reloads, in several tabs, with a full or forbidden storage. */

const LESSON = 'lessons/02-the-parent-owns-the-device/';
const SHEET = '#exercise-policy';
const NAME = 'exercise:02-the-parent-owns-the-device/policy';
const KEY = `two-checkboxes:v1:${NAME}`;

let served: Served;
test.beforeAll(async () => {
  served = await serve('/');
});
test.afterAll(() => served.close());

// The plain field opens at once; what is kept does not depend on the editor.
test.use({ hasTouch: true, isMobile: true, viewport: { width: 1280, height: 900 } });

const sheetOf = (page: Page) => page.locator(SHEET);
const editorOf = (page: Page) => sheetOf(page).locator('.editor-plain');
const kept = (page: Page, key = KEY) => page.evaluate((name) => localStorage.getItem(name), key);
const shown = async (page: Page) =>
  (await sheetOf(page).locator('.cell-code code').textContent())?.trim();

async function open(page: Page): Promise<void> {
  await page.goto(served.url + LESSON);
}

/** Opens the editor and types at the head of the text. */
async function type(page: Page, words: string): Promise<void> {
  if ((await editorOf(page).count()) === 0) await sheetOf(page).locator('.cell-edit').click();
  await editorOf(page).focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.insertText(words);
}

async function axe(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

test('continuous typing is kept within a second, without a pause', async ({ page }) => {
  await open(page);
  await type(page, '// ');
  const began = Date.now();
  let latest = '';
  while (Date.now() - began < 2_500) {
    await page.keyboard.insertText('x');
    latest = (await kept(page)) ?? latest;
    if (Date.now() - began > 1_000) expect(latest, 'after a second of keys').toContain('// x');
  }
});

test('a page that goes keeps what was typed just before', async ({ page }) => {
  await open(page);
  await type(page, '// last words\n');
  await page.goto(`${served.url}glossary/`);
  await open(page);
  expect(await shown(page)).toContain('// last words');
});

test('a cell that is not being edited shows what another tab writes', async ({ context }) => {
  const [one, two] = [await context.newPage(), await context.newPage()];
  await open(one);
  await open(two);
  await type(one, '// from the first tab\n');
  await expect.poll(() => shown(two)).toContain('// from the first tab');
  await expect(sheetOf(two).locator('.cell-status')).toHaveText('Changed in another tab.');
  await expect(sheetOf(two).locator('.cell-edited')).toBeVisible();
  // The second goes on from there: the first, whose editor is open, has it without a question.
  await type(two, '// and the second\n');
  await expect(editorOf(one)).toHaveValue(/^\/\/ and the second\n\/\/ from the first tab\n/);
  for (const page of [one, two]) await expect(page.locator('.kept-rival')).toHaveCount(0);
});

/** Two tabs that both typed before they heard of each other; answers the one that is asked. */
async function rivals(one: Page, two: Page): Promise<[asked: Page, other: Page]> {
  await open(one);
  await open(two);
  await type(one, '');
  await type(two, '');
  await Promise.all([
    one.keyboard.insertText('// from one\n'),
    two.keyboard.insertText('// from two\n'),
  ]);
  const bars = async () =>
    (await one.locator('.kept-rival').count()) + (await two.locator('.kept-rival').count());
  await expect.poll(bars).toBeGreaterThan(0);
  const first = (await one.locator('.kept-rival').count()) > 0;
  return first ? [one, two] : [two, one];
}

test('two tabs that edit the same cell: the reader chooses, nothing is overwritten', async ({
  context,
}) => {
  const [one, two] = [await context.newPage(), await context.newPage()];
  const [asked, other] = await rivals(one, two);
  const mine = await editorOf(asked).inputValue();
  const theirs = JSON.parse((await kept(asked)) ?? '{}').text as string;
  expect(theirs).not.toBe(mine);
  // Both go on typing; neither writes over the other.
  await type(asked, '// more\n');
  await asked.waitForTimeout(600);
  expect(JSON.parse((await kept(asked)) ?? '{}').text).toBe(theirs);
  const bar = asked.locator('.kept-rival');
  await bar.getByRole('button', { name: 'Compare' }).click();
  await expect(bar.locator('.diff-line[data-kind="removed"]').first()).toContainText('// more');
  expect(await axe(asked)).toEqual([]);
  await bar.getByRole('button', { name: 'Keep this one' }).click();
  await expect(bar).toHaveCount(0);
  await expect
    .poll(async () => JSON.parse((await kept(asked)) ?? '{}').text)
    .toMatch(/^\/\/ more\n/);
  await expect(editorOf(other)).toHaveValue(/^\/\/ more\n/);
  // No ping-pong: both are quiet and agree.
  const now = await kept(asked);
  await asked.waitForTimeout(800);
  expect(await kept(other)).toBe(now);
});

test('the version of a tab that went before a choice is not lost', async ({ context }) => {
  const [one, two] = [await context.newPage(), await context.newPage()];
  const [asked, other] = await rivals(one, two);
  const mine = await editorOf(asked).inputValue();
  const theirs = await editorOf(other).inputValue();
  await asked.close();
  await other.reload();
  const bar = other.locator('.kept-rival');
  await expect(bar).toBeVisible();
  await bar.getByRole('button', { name: 'Take the other' }).click();
  await expect.poll(() => shown(other)).toBe(theirs.trim());
  await other.locator('.kept-undo').getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => shown(other)).toBe(mine.trim());
});

test('a full storage: said once, works on, offers the file', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    let size = 1 << 20;
    for (let i = 0; size > 0; i++) {
      try {
        localStorage.setItem(`filler${i}`, 'x'.repeat(size));
      } catch {
        size >>= 1;
      }
    }
  });
  await type(page, `// ${'long '.repeat(50)}\n`);
  const notice = page.locator('.kept-foot .kept-bar');
  await expect(notice).toContainText('no room left');
  await type(page, '// and more\n');
  await page.waitForTimeout(500);
  await expect(notice).toHaveCount(1);
  expect(await axe(page)).toEqual([]);
  const waiting = page.waitForEvent('download');
  await notice.getByRole('button', { name: 'Download your work' }).click();
  const stream = await (await waiting).createReadStream();
  let file = '';
  for await (const part of stream) file += part;
  expect(JSON.parse(file).entries[NAME].value.text).toContain('// and more');
  // The second copy has it too: it is there after a reload.
  await page.reload();
  await expect.poll(() => shown(page)).toContain('// and more');
});

test('a forbidden storage: said once, works on', async ({ page }) => {
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        },
      });
  });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await open(page);
  await type(page, '// mine\n');
  await expect(page.locator('.kept-foot')).toContainText('does not let the course keep anything');
  await sheetOf(page).locator('.cell-edit').click();
  expect(await shown(page)).toContain('// mine');
  await sheetOf(page).locator('.cell-reset').click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => shown(page)).toContain('// mine');
  expect(errors).toEqual([]);
});

test('what cannot be read is put aside, and the file has it', async ({ page }) => {
  await open(page);
  await page.evaluate(
    ([key, other]) => {
      localStorage.setItem(key, '{"text":"// cut o');
      localStorage.setItem(other, '{"text":7,"hints":1,"files":{"__proto__":5}}');
    },
    [KEY, KEY.replace('policy', 'other')] as const,
  );
  await page.reload();
  await expect(page.locator('.kept-foot')).toContainText('could not be read');
  expect(await kept(page)).toBeNull();
  const put = await page.evaluate(() =>
    Object.entries(localStorage).filter(([key]) => key.startsWith('two-checkboxes:aside:')),
  );
  expect(put.map(([, text]) => text)).toEqual(['{"text":"// cut o']);
  await type(page, '// new\n');
  await page.reload();
  await expect.poll(() => shown(page)).toContain('// new');
});

test('what has a wrong shape in part keeps the rest', async ({ page }) => {
  await open(page);
  await page.evaluate(
    (key) => localStorage.setItem(key, '{"text":"// mine","knobs":[null],"hints":1}'),
    KEY,
  );
  await page.reload();
  await expect.poll(() => shown(page)).toBe('// mine');
  expect(JSON.parse((await kept(page)) ?? '{}')).toEqual({ text: '// mine', hints: 1 });
});

test('a reset has a way back, also after a reload, until the next change', async ({ page }) => {
  await open(page);
  const original = await shown(page);
  await type(page, '// mine\n');
  await sheetOf(page).locator('.cell-reset').click();
  await expect(page.locator('.kept-undo')).toContainText('as the lesson has it');
  await expect(editorOf(page)).toHaveValue(original ?? '');
  await page.reload();
  expect(await shown(page)).toBe(original);
  await page.locator('.kept-undo').getByRole('button', { name: 'Undo' }).press('Enter');
  await expect.poll(() => shown(page)).toContain('// mine');
  await expect(sheetOf(page).locator('.cell-edit')).toBeFocused();
  await sheetOf(page).locator('.cell-reset').click();
  await expect(page.locator('.kept-undo')).toBeVisible();
  await type(page, '// another\n');
  await expect(page.locator('.kept-undo')).toHaveCount(0);
});

test('a lesson that changed: keep mine, compare, take the new', async ({ page }) => {
  const older = (text: string) =>
    page.evaluate(([key, value]) => localStorage.setItem(key, value), [
      KEY,
      JSON.stringify({ text, hash: 'of another text' }),
    ] as const);
  await open(page);
  const original = await shown(page);
  await older(`// mine\n${original}`);
  await page.reload();
  const bar = page.locator('.kept-upgrade');
  await expect(bar).toContainText('text changed since you edited');
  expect(await shown(page)).toContain('// mine');
  await bar.getByRole('button', { name: 'Compare' }).click();
  await expect(bar.locator('.diff-line[data-kind="removed"]')).toContainText('// mine');
  expect(await axe(page)).toEqual([]);
  await bar.getByRole('button', { name: 'Keep mine' }).click();
  await page.waitForTimeout(500);
  await page.reload();
  await page.waitForLoadState('networkidle');
  await expect(bar).toHaveCount(0);
  expect(await shown(page)).toContain('// mine');

  await older(`// mine again\n${original}`);
  await page.reload();
  await bar.getByRole('button', { name: 'Take the new' }).click();
  await expect.poll(() => shown(page)).toBe(original);
  await page.locator('.kept-undo').getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => shown(page)).toContain('// mine again');
});
