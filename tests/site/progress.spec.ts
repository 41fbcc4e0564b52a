import { readFileSync, writeFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { type Served, serve } from './serve.ts';

/** Progress: marks, the overview, going on, resets, and the file of a reader's work. */

const LESSON = '02-the-parent-owns-the-device';

let served: Served;
test.beforeAll(async () => {
  served = await serve('/docs/course/');
});
test.afterAll(() => served.close());

interface Holding {
  lesson: string;
  title: string;
  items: string[];
}

const holdings = async (page: Page): Promise<Holding[]> =>
  (await page.request.get(`${served.url}lessons.json`)).json();

/** What a part of the page says when it ran, passed or was answered. */
async function reach(page: Page, item: string, lesson = LESSON): Promise<void> {
  const [kind, name] = item.split(':');
  await page.evaluate(
    (detail) =>
      document.body.dispatchEvent(new CustomEvent('two-progress', { bubbles: true, detail })),
    { lesson, kind, name, passed: true },
  );
}

const set = (page: Page, entries: Record<string, unknown>) =>
  page.evaluate((all) => {
    for (const [name, value] of Object.entries(all))
      localStorage.setItem(`two-checkboxes:v1:${name}`, JSON.stringify(value));
  }, entries);
const get = (page: Page, name: string) =>
  page.evaluate((key) => {
    const text = localStorage.getItem(`two-checkboxes:v1:${key}`);
    return text === null ? null : JSON.parse(text);
  }, name);
const done = { when: '2026-01-01T00:00:00.000Z', passed: true };

const sidebar = (page: Page, title: string) =>
  page.locator('.sidebar-content a', { hasText: title });

async function axe(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** A file of work as the page takes it. */
function fileOf(entries: Record<string, unknown>, version = 1): string {
  const named = Object.entries(entries).map(([name, value]) => [name, { when: 9e12, value }]);
  return JSON.stringify({
    format: 'two-checkboxes',
    version,
    entries: Object.fromEntries(named),
  });
}

const load = (page: Page, text: string, name = 'work.json') =>
  page
    .locator('.work-import input')
    .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
const status = (page: Page) => page.locator('.work-status');
const plan = (page: Page) => page.locator('.work-plan');

test('what is done is marked in the sidebar and at the end of the lesson, and stays', async ({
  page,
}) => {
  await page.goto(`${served.url}lessons/${LESSON}/`);
  const { title, items } = (await holdings(page)).find(({ lesson }) => lesson === LESSON)!;
  await expect(page.locator('.done-mark')).toHaveCount(0);
  await expect(page.locator('lesson-end')).toBeHidden();
  await reach(page, items[0]!);
  await expect(sidebar(page, title)).toHaveAccessibleName(`${title} 1 of ${items.length} done`);
  await expect(page.locator('.lesson-end-count')).toContainText(/1 of \d+ cells? run/);
  for (const item of items) await reach(page, item);
  await expect(sidebar(page, title).locator('.done-mark')).toContainText('✓');
  await expect(page.locator('.lesson-end-next')).toContainText('Go on with lesson');
  await page.reload();
  await expect(sidebar(page, title).locator('.done-mark')).toContainText('✓');
  expect(await axe(page)).toEqual([]);
});

test('a cell that ran is done', async ({ page }) => {
  await page.goto(`${served.url}lessons/${LESSON}/`);
  const cell = page.locator('two-cell').first();
  await cell.locator('.cell-run').click();
  await expect(cell).toHaveAttribute('data-state', 'done', { timeout: 45_000 });
  await expect(page.locator('.done-mark')).toHaveCount(1);
});

test('a failed check is no mark, and a pass is never taken back', async ({ page }) => {
  await page.goto(`${served.url}lessons/${LESSON}/`);
  const say = (passed: boolean) =>
    page.evaluate(
      (detail) =>
        document.body.dispatchEvent(new CustomEvent('two-progress', { bubbles: true, detail })),
      { lesson: LESSON, kind: 'exercise', name: 'policy', passed },
    );
  const kept = () => get(page, `done:exercise:${LESSON}/policy`);
  await say(false);
  expect(await kept()).toMatchObject({ passed: false });
  await expect(page.locator('.done-mark')).toHaveCount(0);
  await say(true);
  await say(false);
  expect(await kept()).toMatchObject({ passed: true });
});

for (const [state, lessons] of [
  ['empty', 0],
  ['half', 6],
  ['full', 16],
] as const)
  for (const [width, colorScheme] of [
    [1280, 'light'],
    [360, 'dark'],
  ] as const)
    test(`the overview, ${state}, ${width} px, ${colorScheme}`, async ({ page }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.goto(`${served.url}progress/`);
      const course = await holdings(page);
      const all = course.flatMap(({ items }) => items);
      const some = course
        .slice(0, lessons)
        .flatMap(({ lesson, items }, index) =>
          (state === 'half' && index === 5 ? items.slice(0, 1) : items).map((item) =>
            item.replace(':', `:${lesson}/`),
          ),
        );
      await set(page, Object.fromEntries(some.map((item) => [`done:${item}`, done])));
      await page.reload();
      const sum = page.locator('.progress-sum');
      if (state === 'empty') await expect(sum).toHaveText('Nothing done yet');
      if (state === 'half') await expect(sum).toHaveText(`${some.length} of ${all.length} done`);
      if (state === 'full') await expect(sum).toHaveText(`All ${all.length} done.`);
      await expect(page.locator('a.progress-box[data-done]')).toHaveCount(some.length);
      const next = page.locator('.progress-next a');
      if (state === 'empty') await expect(next).toContainText('Start with lesson 1');
      if (state === 'half') await expect(next).toContainText('Go on with lesson 6');
      if (state === 'full') await expect(next).toBeHidden();
      const excess = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(excess).toBe(0);
      expect(await axe(page)).toEqual([]);
      if (process.env.SHOTS)
        await page.screenshot({
          path: `${process.env.SHOTS}/progress-${state}-${width}-${colorScheme}.png`,
          fullPage: true,
        });
    });

test('without JavaScript the overview says what it needs', async ({ browser }) => {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(`${served.url}progress/`);
  await expect(page.locator('course-progress noscript p')).toContainText('needs JavaScript');
  await expect(page.locator('.progress-file')).toBeHidden();
  await page.context().close();
});

test('the landing page goes on where the reader was', async ({ page }) => {
  await page.goto(served.url);
  await expect(page.locator('.start .button')).toHaveText('Start with lesson 1');
  await page.goto(`${served.url}lessons/${LESSON}/`);
  await page.locator('two-exercise .cell-edit').first().focus();
  const id = await page.locator('two-exercise').first().getAttribute('id');
  await page.goto(served.url);
  const button = page.locator('.start .button');
  await expect(button).toHaveText('Go on with lesson 2');
  await button.click();
  expect(page.url()).toBe(`${served.url}lessons/${LESSON}/#${id}`);
});

test('a hostile place is no link', async ({ page }) => {
  await page.goto(served.url);
  for (const last of [{ lesson: '../../evil', title: 'x' }, { lesson: 5 }, 'x', null]) {
    await set(page, { last });
    await page.reload();
    await expect(page.locator('.start .button')).toHaveText('Start with lesson 1');
  }
  await set(page, { last: { lesson: LESSON, title: '<img src=x onerror=alert(1)>', at: '"><b>' } });
  await page.reload();
  await expect(page.locator('.start')).toContainText('<img src=x');
  await expect(page.locator('.start img')).toHaveCount(0);
});

test('a lesson is reset, and the course, each with a way back', async ({ page }) => {
  await page.goto(`${served.url}progress/`);
  const own = { id: 'own' };
  await set(page, {
    [`cell:${LESSON}/a`]: { text: '// mine' },
    [`done:cell:${LESSON}/a`]: done,
    'cell:01-the-ledger/compare': { text: '// mine' },
    'profile:own': own,
  });
  await page.reload();
  const row = page.locator(`[data-lesson="${LESSON}"]`);
  await row.getByRole('button', { name: 'Reset lesson 2' }).click();
  expect(await get(page, `cell:${LESSON}/a`)).toBeNull();
  expect(await get(page, 'cell:01-the-ledger/compare')).not.toBeNull();
  await page.reload();
  await page.locator('.kept-undo').getByRole('button', { name: 'Undo' }).click();
  expect(await get(page, `cell:${LESSON}/a`)).toEqual({ text: '// mine' });
  expect(await get(page, `done:cell:${LESSON}/a`)).toEqual(done);
  await page.getByRole('button', { name: 'Reset the whole course' }).click();
  expect(await get(page, 'cell:01-the-ledger/compare')).toBeNull();
  expect(await get(page, 'profile:own')).toEqual(own);
  expect(await axe(page)).toEqual([]);
  await page.locator('.kept-undo').getByRole('button', { name: 'Undo' }).click();
  expect(await get(page, 'cell:01-the-ledger/compare')).toEqual({ text: '// mine' });
});

test('a file carries everything to another browser', async ({ page, browser }) => {
  await page.goto(`${served.url}progress/`);
  await set(page, { [`cell:${LESSON}/a`]: { text: '// mine' }, [`done:cell:${LESSON}/a`]: done });
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download your work' }).click();
  const text = readFileSync(await (await waiting).path(), 'utf8');
  const other = await (await browser.newContext()).newPage();
  await other.goto(`${served.url}progress/`);
  await load(other, text);
  await expect(plan(other)).toContainText('2 entries that you do not have here');
  expect(await get(other, `cell:${LESSON}/a`)).toBeNull();
  await plan(other).getByRole('button', { name: 'Load it' }).click();
  expect(await get(other, `cell:${LESSON}/a`)).toEqual({ text: '// mine' });
  await other.context().close();
});

test('loading merges: the reader decides for each text, marks are united, and there is a way back', async ({
  page,
}) => {
  await page.goto(`${served.url}progress/`);
  await set(page, {
    [`cell:${LESSON}/a`]: { text: '// mine a' },
    [`cell:${LESSON}/b`]: { text: '// mine b' },
    [`done:cell:${LESSON}/a`]: done,
  });
  await load(
    page,
    fileOf({
      [`cell:${LESSON}/a`]: { text: '// theirs a' },
      [`cell:${LESSON}/b`]: { text: '// theirs b' },
      [`done:cell:${LESSON}/b`]: done,
      'cell:99-of-the-future/x': { text: '// later' },
      'what:ever': {},
    }),
  );
  await expect(plan(page)).toContainText('99-of-the-future');
  await expect(plan(page)).toContainText('Left out: what:ever');
  await expect(plan(page).getByRole('checkbox')).toHaveCount(2);
  await plan(page).getByLabel('cell a').uncheck();
  expect(await axe(page)).toEqual([]);
  await plan(page).getByRole('button', { name: 'Load it' }).click();
  expect(await get(page, `cell:${LESSON}/a`)).toEqual({ text: '// mine a' });
  expect(await get(page, `cell:${LESSON}/b`)).toEqual({ text: '// theirs b' });
  expect(await get(page, 'cell:99-of-the-future/x')).toEqual({ text: '// later' });
  for (const name of ['a', 'b'])
    expect(await get(page, `done:cell:${LESSON}/${name}`)).toEqual(done);
  await page.locator('.kept-undo').getByRole('button', { name: 'Undo' }).click();
  expect(await get(page, `cell:${LESSON}/b`)).toEqual({ text: '// mine b' });
  expect(await get(page, 'cell:99-of-the-future/x')).toBeNull();
});

test('a hostile file changes nothing, and says why', async ({ page }) => {
  let asked = false;
  page.on('dialog', () => {
    asked = true;
  });
  await page.goto(`${served.url}progress/`);
  await set(page, { [`cell:${LESSON}/a`]: { text: '// mine' } });
  const before = await page.evaluate(() => JSON.stringify(Object.entries(localStorage).sort()));
  const inside = (value: string) =>
    `{"format":"two-checkboxes","version":1,"entries":{"cell:${LESSON}/a":{"when":1,"value":${value}}}}`;
  for (const [text, says] of [
    ['{"format":', 'not JSON'],
    ['[1]', 'not a file of this course'],
    [fileOf({}, 2), 'newer version of the course'],
    [inside('{"__proto__":{"passed":true}}'), '__proto__'],
    [inside(`${'['.repeat(50_000)}${']'.repeat(50_000)}`), 'nests more than'],
  ] as const) {
    await load(page, text);
    await expect(status(page)).toContainText(says);
    await expect(plan(page)).toBeHidden();
  }
  const large = test.info().outputPath('large.json');
  writeFileSync(large, Buffer.alloc(100_000_000, 32));
  await page.locator('.work-import input').setInputFiles(large);
  await expect(status(page)).toContainText('larger than 10 MB');
  await load(page, inside('{"text":[1]}'));
  await expect(plan(page)).toContainText('its text is not as it should be');
  await expect(plan(page).getByRole('button', { name: 'Load it' })).toHaveCount(0);
  await load(page, fileOf({ '<img src=x onerror=alert(1)>': {} }), '<b>bold</b>.json');
  await expect(plan(page)).toContainText('<img src=x onerror=alert(1)>');
  await expect(plan(page).locator('img, b')).toHaveCount(0);
  await plan(page).getByRole('button', { name: 'Leave everything' }).click();
  expect(await page.evaluate(() => JSON.stringify(Object.entries(localStorage).sort()))).toBe(
    before,
  );
  expect(asked).toBe(false);
});

test('the whole page by keyboard', async ({ page }) => {
  await page.goto(`${served.url}progress/`);
  await set(page, { [`cell:${LESSON}/a`]: { text: '// mine' } });
  await page.reload();
  const reset = page.getByRole('button', { name: 'Reset lesson 2' });
  await reset.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator(`[data-lesson="${LESSON}"] h2 a`)).toBeFocused();
  const undo = page.locator('.kept-undo').getByRole('button', { name: 'Undo' });
  await undo.focus();
  await page.keyboard.press('Enter');
  await expect(reset).toBeVisible();
  await load(page, fileOf({ [`cell:${LESSON}/b`]: { text: '// b' } }));
  await expect(plan(page).locator('h3')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(plan(page).getByRole('button', { name: 'Load it' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.work-import input')).toBeFocused();
});
