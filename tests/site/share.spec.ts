import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { SAMPLES } from '../../src/components/report/samples.ts';
import { encodeShare, type Share } from '../../src/components/share/codec.ts';
import { type Served, serve } from './serve.ts';

let served: Served;
test.beforeAll(async () => {
  served = await serve('/docs/course/');
});
test.afterAll(() => served.close());

const LESSON = '01-the-ledger';
const KEY = `two-checkboxes:v1:cell:${LESSON}/compare`;
const THEIRS = `import { text } from 'two-checkboxes';\nexport default text('from a link');\n`;
const SHARE: Share = { kind: 'cell', lesson: LESSON, cell: 'compare', text: THEIRS };

const lesson = (fragment = ''): string => `${served.url}lessons/${LESSON}/${fragment}`;
const linkTo = async (share: object): Promise<string> =>
  lesson(`#share=${await encodeShare({ ...SHARE, ...share } as Share)}`);
/** A link that no page of ours has made. */
const forged = (json: string): string =>
  lesson(`#share=1.${deflateRawSync(json).toString('base64url')}`);

/** Keeps something before the page is opened, as an earlier visit would have. */
async function saved(page: Page, value: object): Promise<void> {
  await page.addInitScript(
    ([key, text]) => {
      if (!localStorage.getItem(key as string)) localStorage.setItem(key as string, text as string);
    },
    [KEY, JSON.stringify(value)],
  );
}

async function openLink(page: Page, url: string): Promise<{ cell: Locator; notice: Locator }> {
  await page.goto(url);
  const cell = page.locator('#cell-compare');
  const notice = cell.locator('.share-notice');
  await expect(notice.locator('.share-choice')).toBeVisible({ timeout: 20_000 });
  return { cell, notice };
}

/** The address in the share panel of a cell. */
async function linkFrom(cell: Locator): Promise<string> {
  await cell.locator('.cell-more summary').click();
  await cell.locator('.cell-share').click();
  return cell.locator('.share-link').inputValue({ timeout: 20_000 });
}

test('a link brings text, knobs and machine file to somebody else, who sees what they change first', async ({
  page,
  browser,
}) => {
  const sources = await page.request.get(`${served.url}sandbox/manifest.json`);
  const names = await page.request.get(`${served.url}sandbox/${(await sources.json()).sources}`);
  const stack = (await names.json())['sandbox/machine/guest/stack.ts'] as string;
  await saved(page, {
    text: THEIRS,
    files: { 'sandbox/machine/guest/stack.ts': `// mine\n${stack}` },
  });
  await page.goto(lesson());
  const url = await linkFrom(page.locator('#cell-compare'));
  await expect(page.locator('.share-panel')).toContainText('your text and your stack.ts');

  const other = await (await browser.newContext()).newPage();
  const { cell, notice } = await openLink(other, url);
  await expect(notice.locator('.share-title')).toBeFocused();
  await expect(cell).toHaveAttribute('data-state', 'idle');
  await expect(cell.locator('.cell-code')).toContainText('compare(');
  expect(await other.evaluate((key) => localStorage.getItem(key), KEY)).toBeNull();
  const [own, machine] = [notice.locator('details').nth(0), notice.locator('details').nth(1)];
  await expect(own.locator('[data-kind=added]').last()).toContainText("text('from a link')");
  await expect(machine.locator('.diff-sum')).toContainText('1 line added, 0 removed');
  await expect(notice).not.toContainText('another version');

  await notice.getByRole('button', { name: 'Take the link’s' }).click();
  await expect(cell.locator('.cell-code')).toContainText('from a link');
  await expect(cell.locator('.cell-edited')).toHaveText('edited: compare.ts, stack.ts');
  await expect(cell).toHaveAttribute('data-state', 'idle');
  await expect(cell.locator('.cell-run')).toBeFocused();
  expect(new URL(other.url()).hash).toBe('#cell-compare');
  await cell.locator('.cell-reset').click();
  await expect(cell.locator('.cell-code')).toContainText('compare(');
  await other.context().close();
});

test('a reader’s own text stays when it is kept, and comes back when it was not', async ({
  page,
}) => {
  await saved(page, { text: '// my own' });
  const url = await linkTo({ knobs: { 'Frame size': 64 } });
  const { cell, notice } = await openLink(page, url);
  await expect(notice).toContainText('Frame size: 64');
  await expect(cell.locator('.cell-code')).toHaveText('// my own');
  await notice.getByRole('button', { name: 'Keep mine' }).click();
  await expect(notice).toBeHidden();
  await expect(cell.locator('.cell-code')).toHaveText('// my own');
  await page.reload();
  await expect(notice).toBeHidden();

  await page.goto('about:blank');
  await openLink(page, url);
  await notice.getByRole('button', { name: 'Take the link’s' }).click();
  await expect(cell.locator('.cell-code')).toContainText('from a link');
  await page.waitForTimeout(600);
  await page.reload();
  await expect(cell.locator('.cell-code')).toContainText('from a link');
  await cell.locator('.cell-reset').click();
  await expect(cell.locator('.cell-code')).toHaveText('// my own');
});

test('knobs of a link are run with once the reader presses Run, and go into the next link', async ({
  page,
}) => {
  const url = await linkTo({ text: undefined, knobs: { 'Frame size': 64, Nothing: 'x' } });
  const { cell, notice } = await openLink(page, url);
  await notice.locator('.share-take').click();
  await cell.locator('.cell-run').click();
  await expect(cell).toHaveAttribute('data-state', 'done', { timeout: 40_000 });
  await expect(cell.locator('.cell-results')).toContainText('64 B frames');
  const again = await linkFrom(cell);
  expect(again).toContain('#share=1.');
});

test('a link from an older version of the lesson and of the machine says so', async ({ page }) => {
  const files = { 'sandbox/machine/guest/stack.ts': '// x', 'sandbox/machine/gone.ts': '// y' };
  const url = await linkTo({ hash: 'older', machine: 'older', files });
  const { notice } = await openLink(page, url);
  await expect(notice).toContainText('another version of this cell');
  await expect(notice).toContainText('another version of the machine');
  await expect(notice).toContainText('sandbox/machine/gone.ts, which this course does not have');
  await expect(notice.locator('details')).toHaveCount(2);
});

test('one link after the other: Reset goes back step by step to the reader’s own', async ({
  page,
}) => {
  await saved(page, { text: '// my own' });
  for (const text of ['// first link', '// second link']) {
    await page.goto('about:blank');
    const { notice } = await openLink(page, await linkTo({ text }));
    await notice.locator('.share-take').click();
    await expect(page.locator('#cell-compare .cell-code')).toHaveText(text);
    await page.waitForTimeout(600);
  }
  for (const text of ['// first link', '// my own']) {
    await page.locator('#cell-compare .cell-reset').click();
    await expect(page.locator('#cell-compare .cell-code')).toHaveText(text);
  }
});

test('a baseline goes along, and is kept where it arrives', async ({ page }) => {
  const baseline = { when: '2026-02-03T10:00:00.000Z', knobs: {}, report: SAMPLES.compare };
  await saved(page, { baseline });
  await page.goto(lesson());
  const url = await linkFrom(page.locator('#cell-compare'));
  await page.evaluate(() => localStorage.clear());
  await page.goto('about:blank');
  const { notice } = await openLink(page, url);
  await expect(notice).toContainText('It pins a baseline of February 3, 2026');
  await notice.locator('.share-take').click();
  const kept = (): Promise<unknown> =>
    page.evaluate(
      (key) => JSON.parse(localStorage.getItem(key) ?? '{}').baseline?.report.kind,
      KEY,
    );
  await expect.poll(kept).toBe('compare');
});

test('a browser that lacks compression or a clipboard says so', async ({ page }) => {
  await saved(page, { text: '// my own' });
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, 'CompressionStream');
    Reflect.deleteProperty(window, 'DecompressionStream');
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
  });
  await page.goto(await linkTo({}));
  await expect(page.locator('.share-announced')).toContainText('no DecompressionStream');
  const cell = page.locator('#cell-compare');
  await cell.locator('.cell-more summary').click();
  await cell.locator('.cell-share').click();
  await expect(cell.locator('.share-panel')).toContainText('no CompressionStream');
  await expect(cell.locator('.share-save')).toBeVisible();
  const plain = page.locator('#cell-units');
  await linkFrom(plain);
  await plain.locator('.share-copy').click();
  await expect(plain.locator('.share-told')).toContainText('copy it by hand');
  await expect(plain.locator('.share-link')).toBeFocused();
});

test('a cell as the lesson has it is shared by its place', async ({ page }) => {
  await page.goto(lesson());
  expect(await linkFrom(page.locator('#cell-units'))).toBe(lesson('#cell-units'));
  await page.keyboard.press('Escape');
  await expect(page.locator('#cell-units .cell-more summary')).toBeFocused();
  await expect(page.locator('.share-panel')).toHaveCount(0);
});

test('a long link is announced, and a file carries the same', async ({ page }) => {
  const words = Array.from({ length: 4_000 }, (_, i) => (i * 7919 + 13).toString(36)).join(' ');
  await saved(page, { text: `// ${words}\n` });
  await page.goto(lesson());
  const cell = page.locator('#cell-compare');
  expect((await linkFrom(cell)).length).toBeGreaterThan(8_000);
  await expect(cell.locator('.share-warning')).toContainText('Many chat programs cut off');
  const download = page.waitForEvent('download');
  await cell.locator('.share-save').click();
  const file = await (await download).path();
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ kind: 'cell', cell: 'compare' });

  await cell.locator('.cell-reset').click();
  await cell.locator('.share-open').setInputFiles(file);
  await expect(cell.locator('.share-notice')).toContainText('This link changes compare.ts');
  await cell.locator('.share-take').click();
  await expect(cell.locator('.cell-code')).toContainText(words.slice(0, 40));
});

test('names and knobs with markup are text', async ({ page }) => {
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const markup = '<img src=x onerror=alert(1)>';
  const url = await linkTo({
    text: `// ${markup}</code></pre><script>alert(2)</script>\u202e\n`,
    knobs: { [markup]: '<script>alert(3)</script>' },
  });
  const { notice } = await openLink(page, url);
  await expect(notice.locator('img, script')).toHaveCount(0);
  await expect(notice).toContainText(`${markup}: <script>alert(3)</script>`);
  await expect(notice.locator('.diff')).toContainText('⟨U+202E⟩');
  await notice.locator('.share-take').click();
  await expect(page.locator('#cell-compare .cell-code img')).toHaveCount(0);
  expect(dialogs).toEqual([]);
});

for (const [name, fragment, message] of [
  ['garbage', '#share=%00%ff<script>', /it is damaged/],
  ['nothing', '#share=', /it is damaged/],
  ['another version', '#share=7.AAAA', /another version of this site/],
  [
    'a bomb',
    `#share=1.${deflateRawSync(Buffer.alloc(50_000_000, 32), { level: 9 }).toString('base64url')}`,
    /too large when it is unpacked/,
  ],
  ['one too long', `#share=1.${'A'.repeat(100_000)}`, /too long/],
] as const)
  test(`does not open ${name}, says why, and the page works`, async ({ page }) => {
    await page.goto(lesson(fragment));
    const told = page.locator('.share-announced');
    await expect(told).toContainText(message, { timeout: 20_000 });
    await told.getByRole('button', { name: 'Dismiss' }).click();
    await expect(told).toBeHidden();
    expect(new URL(page.url()).hash).toBe('');
    await page.locator('#cell-units .cell-run').click();
    await expect(page.locator('#cell-units')).toHaveAttribute('data-state', 'done', {
      timeout: 40_000,
    });
  });

for (const [name, json, message] of [
  [
    '__proto__',
    '{"kind":"cell","lesson":"01-the-ledger","cell":"compare","knobs":{"__proto__":{"polluted":1}}}',
    /“__proto__”/,
  ],
  [
    'a file outside the sandbox',
    '{"kind":"cell","lesson":"01-the-ledger","cell":"compare","files":{"src/pages/index.astro":"x"}}',
    /“files/,
  ],
  ['a wrong type', '{"kind":"cell","lesson":"01-the-ledger","cell":"compare","text":7}', /“text”/],
  [
    'a lesson that is not here',
    '{"kind":"cell","lesson":"99-nowhere","cell":"compare"}',
    /a lesson that is not here/,
  ],
  [
    'a cell that is not here',
    '{"kind":"cell","lesson":"01-the-ledger","cell":"nowhere"}',
    /no cell of the name nowhere/,
  ],
] as const)
  test(`refuses ${name}`, async ({ page }) => {
    await page.goto(forged(json));
    await expect(page.locator('.share-announced')).toContainText(message, { timeout: 20_000 });
    expect(await page.evaluate(() => 'polluted' in {})).toBe(false);
    // Which lesson was read last is kept, and nothing of what the link had.
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
    expect(kept).not.toMatch(/cell:|compare|nowhere|polluted/);
  });

test('a link for another lesson leads there, and is opened there', async ({ page }) => {
  const share = await encodeShare({
    ...SHARE,
    lesson: '06-four-reasons',
    cell: 'reasons',
  } as Share);
  await page.goto(lesson(`#share=${share}`));
  await page.locator('.share-announced a').click({ timeout: 20_000 });
  await expect(page).toHaveURL(/06-four-reasons/);
  await expect(page.locator('#cell-reasons .share-notice')).toBeVisible({ timeout: 20_000 });
});

test('a second link in the same page takes the place of the first', async ({ page }) => {
  const { notice } = await openLink(page, await linkTo({ knobs: { First: 1 } }));
  const next = await encodeShare({ ...SHARE, knobs: { Second: 2 } } as Share);
  await page.evaluate((text) => {
    location.hash = `share=${text}`;
  }, next);
  await expect(notice).toContainText('Second: 2');
  await expect(notice).toHaveCount(1);
});

for (const id of ['cell-capture', 'exercise-batch'])
  test(`a link to ${id} stays there while the page above it grows`, async ({ page }) => {
    await page.goto(lesson(`#${id}`));
    // Some browsers move what is read out of the way by themselves; here it must not hide a fault.
    await page.addStyleTag({ content: '* { overflow-anchor: none !important; }' });
    const goal = page.locator(`#${id}`);
    const top = (): Promise<number> =>
      goal.evaluate((element) => element.getBoundingClientRect().top);
    const grow = (height: number): Promise<void> =>
      page.locator('#cell-compare').evaluate((cell, height) => {
        cell.style.minHeight = `${height}px`;
      }, height);
    await expect.poll(top).toBeLessThan(200);
    await grow(3_000);
    await page.waitForTimeout(200);
    expect(await top()).toBeLessThan(200);
    expect(await top()).toBeGreaterThan(0);
    await page.mouse.wheel(0, 1);
    await page.waitForTimeout(200);
    await grow(6_000);
    await page.waitForTimeout(200);
    expect(await top()).toBeGreaterThan(2_000);
    await goal.locator('.cell-link').click();
    expect(new URL(page.url()).hash).toBe(`#${id}`);
  });

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [360, 1280])
    test(`panel and notice are accessible, ${colorScheme}, ${width} px`, async ({ browser }) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
      const page = await context.newPage();
      await saved(page, { text: '// my own' });
      const url = await linkTo({
        hash: 'older',
        knobs: { 'Frame size': 64, 'Posted interrupts': true },
      });
      const { cell } = await openLink(page, url);
      await linkFrom(cell);
      const { violations } = await new AxeBuilder({ page }).include('#cell-compare').analyze();
      expect(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target}`))).toEqual(
        [],
      );
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
      if (process.env.SHOTS)
        await cell.screenshot({ path: `${process.env.SHOTS}/share-${colorScheme}-${width}.png` });
      await context.close();
    });
