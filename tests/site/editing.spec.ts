import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { type Served, serve } from './serve.ts';

/** Editing a cell and the machine behind it: in the full editor, and in the plain one. */

let served: Served;
test.beforeAll(async () => {
  served = await serve('/docs/course/');
});
test.afterAll(() => served.close());

test.describe.configure({ mode: 'default', timeout: 120_000 });

async function visit(page: Page, lesson = '01-the-ledger'): Promise<void> {
  await page.goto(`${served.url}lessons/${lesson}/`);
  await page.locator('two-cell:defined').first().waitFor();
}

/** Opens the full editor of a cell and waits until its types were looked at. */
async function open(cell: Locator): Promise<void> {
  await cell.locator('.cell-edit').click();
  await expect(cell.getByRole('textbox').first()).toBeFocused({ timeout: 40_000 });
  await checked(cell);
}

async function checked(cell: Locator): Promise<void> {
  await expect(cell.locator('.editor-problems:not([aria-busy]) .editor-count')).toHaveText(
    /problem|error|warning/,
    { timeout: 60_000 },
  );
}

const tab = (cell: Locator, name: string): Locator =>
  cell.getByRole('tab', { name: new RegExp(`^${name}`) });

async function openMachine(page: Page, cell: Locator, part: string): Promise<void> {
  await cell.locator('.cell-machine').click();
  await cell.locator('.machine-filter').fill(part);
  await page.keyboard.press('Enter');
  await expect(cell.locator('.editor-tab[aria-selected=true]')).toHaveAttribute(
    'data-file',
    new RegExp(part),
    { timeout: 40_000 },
  );
}

/** Where on the screen the full editor shows a text: the middle of its first letter. */
function placeOf(cell: Locator, words: string): Promise<[number, number]> {
  return cell.locator('.view-lines').evaluate((lines, wanted) => {
    const walker = document.createTreeWalker(lines, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode as Text;
      const at = node.data.indexOf(wanted.slice(0, -1));
      if (at < 0 || !node.parentElement?.closest('.view-line')?.textContent?.includes(wanted))
        continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const { left, top, width, height } = range.getBoundingClientRect();
      return [left + width, top + height / 2];
    }
    throw new Error(`the editor does not show ${wanted}`);
  }, words);
}

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
}

test.describe('the full editor', () => {
  test('hovering over a name of the lab shows its type and its description', async ({ page }) => {
    await visit(page);
    const cell = page.locator('#cell-timeline');
    await open(cell);
    await page.keyboard.press('Control+End');
    for (let i = 0; i < 22; i++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+I');
    const hover = page.locator('.monaco-hover').first();
    await expect(hover).toContainText('followFrame', { timeout: 20_000 });
    await expect(hover).toContainText('One frame on an otherwise idle machine');
  });

  test('earlier cells are tabs; editing one there edits that cell, and marks those behind it', async ({
    page,
  }) => {
    await visit(page);
    const cell = page.locator('#cell-units');
    const earlier = page.locator('#cell-compare');
    await open(cell);
    await expect(cell.getByRole('tab')).toHaveText(['units.ts', 'compare.ts']);
    await tab(cell, 'units.ts').focus();
    await page.keyboard.press('ArrowRight');
    await expect(tab(cell, 'compare.ts')).toBeFocused();
    await tab(cell, 'compare.ts').click();
    await expect(cell.getByRole('textbox').first()).toBeFocused();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('// from another cell\n');
    await expect(earlier.locator('.cell-edited')).toBeVisible();
    await expect(earlier.locator('.cell-code')).toContainText('// from another cell');
    await expect(cell.locator('.cell-edited')).toBeHidden();
    await cell.getByRole('button', { name: 'Reset this file' }).click();
    await expect(earlier.locator('.cell-edited')).toBeHidden();
    const way = page.locator('.kept-undo');
    await expect(way).toContainText('compare.ts is as the lesson has it.');
    await way.getByRole('button', { name: 'Undo' }).click();
    await expect(earlier.locator('.cell-code')).toContainText('// from another cell');
    await page.waitForTimeout(500);
    await page.reload();
    await expect(earlier.locator('.cell-code')).toContainText('// from another cell');
  });

  test('find and format by button and by key', async ({ page }) => {
    await visit(page);
    const cell = page.locator('#cell-compare');
    await open(cell);
    await cell.getByRole('button', { name: 'Find' }).click();
    await expect(cell.locator('.find-widget')).toBeVisible();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText('const a   =   {b:1}\nexport default a.b\n');
    await cell.getByRole('button', { name: 'Format' }).click();
    await expect(cell.locator('.view-line').first()).toHaveText('const a = { b: 1 }');
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText('const   c=2\n');
    await page.keyboard.press('Shift+Alt+F');
    await expect(cell.locator('.view-line').first()).toHaveText('const c = 2');
  });

  test('problems of all open files, counted, each a way to its place', async ({ page }) => {
    await visit(page);
    const cell = page.locator('#cell-units');
    await open(cell);
    await expect(cell.locator('.editor-count')).toHaveText('No problems in 2 files.');
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('const wrong: string = 1;\n');
    await tab(cell, 'compare.ts').click();
    await expect(cell.getByRole('textbox').first()).toBeFocused();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('missing();\n');
    await expect(cell.locator('.editor-count')).toHaveText('2 errors in 2 files', {
      timeout: 30_000,
    });
    await cell.getByRole('button', { name: 'Show all' }).click();
    await expect(cell.locator('.editor-list li')).toHaveCount(2);
    const problem = cell.locator('.editor-list').getByRole('button', { name: /string/ });
    await problem.focus();
    await page.keyboard.press('Enter');
    await expect(tab(cell, 'units.ts')).toHaveAttribute('aria-selected', 'true');
    await expect(cell.getByRole('textbox').first()).toBeFocused();
  });

  test('F12 and Ctrl+click open the machine at the definition of a name', async ({ page }) => {
    await visit(page);
    const cell = page.locator('#cell-timeline');
    await open(cell);
    await page.keyboard.press('Control+Home');
    for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('F12');
    await expect(tab(cell, 'follow.ts')).toHaveAttribute('aria-selected', 'true', {
      timeout: 20_000,
    });
    await expect(cell.locator('.monaco-editor')).toContainText('async function followFrame');
    await tab(cell, 'timeline.ts').click();
    await page.keyboard.down('Control');
    await page.mouse.click(...(await placeOf(cell, 'knob(')));
    await page.keyboard.up('Control');
    await expect(cell.locator('.editor-tab[aria-selected=true]')).toHaveAttribute(
      'data-file',
      /^sandbox\/lab\//,
      { timeout: 20_000 },
    );
  });

  test('a name in the code block opens its definition, by mouse and by keyboard', async ({
    page,
  }) => {
    await visit(page);
    const cell = page.locator('#cell-compare');
    const name = cell.locator('.code-name', { hasText: /^compare$/ });
    await name.first().focus();
    await page.keyboard.press('Enter');
    await expect(tab(cell, 'compare.ts').last()).toHaveAttribute(
      'data-file',
      'sandbox/lab/compare.ts',
      { timeout: 40_000 },
    );
    await expect(cell.locator('.monaco-editor')).toContainText('export async function compare');
    const timeline = page.locator('#cell-timeline');
    await timeline
      .locator('.code-name', { hasText: /^followFrame$/ })
      .last()
      .click();
    await expect(tab(timeline, 'follow.ts')).toHaveAttribute('aria-selected', 'true', {
      timeout: 40_000,
    });
    // One editor a page: the other one has gone, its text is kept.
    await expect(cell.locator('.cell-editor')).toBeHidden();
    await expect(cell.locator('.cell-code')).toBeVisible();
  });

  test('a step of a trace leads to what charges it; of several places the reader chooses', async ({
    page,
  }) => {
    await visit(page);
    const cell = page.locator('#cell-timeline');
    await expect(cell).toHaveAttribute('data-can-open-machine', '');
    const ask = (name: unknown): Promise<void> =>
      cell.evaluate((element, wanted) => {
        const detail = { name: wanted };
        element
          .querySelector('.cell-output')
          ?.dispatchEvent(new CustomEvent('two-open-machine', { bubbles: true, detail }));
      }, name);
    await ask('<b>nothing</b>');
    await expect(cell.locator('.cell-status')).toContainText('No file of the machine has');
    expect(await cell.locator('b').count()).toBe(0);
    await ask({});
    await ask('context switch');
    const dialog = cell.getByRole('dialog');
    await expect(dialog).toContainText('Where the machine has “context switch”');
    expect(await dialog.getByRole('listitem').count()).toBeGreaterThan(1);
    await expect(dialog).toContainText('CONTEXT_SWITCH');
    await page.keyboard.press('Enter');
    await expect(cell.locator('.editor-tab[aria-selected=true]')).toHaveAttribute(
      'data-file',
      /^sandbox\/machine\//,
      { timeout: 40_000 },
    );
    await expect(cell.locator('.monaco-editor')).toContainText('CONTEXT_SWITCH');
  });

  test('changes, reset of one file and of all, each with an undo', async ({ page }) => {
    await visit(page);
    const cell = page.locator('#cell-compare');
    await open(cell);
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('// mine\n');
    await openMachine(page, cell, 'guest/stack.ts');
    await expect(cell.getByRole('textbox').first()).toBeFocused();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('// opened\n');
    await expect(cell.locator('.cell-edited')).toHaveText('edited: compare.ts, stack.ts');

    await cell.getByRole('button', { name: 'Changes' }).click();
    await expect(cell.locator('.monaco-diff-editor')).toBeVisible();
    await expect(cell.locator('.monaco-diff-editor .line-insert').first()).toBeVisible();
    await expect(cell.getByRole('button', { name: 'Changes' })).toHaveAttribute(
      'aria-pressed',
      'true',
    );
    await cell.getByRole('button', { name: 'Changes' }).click();
    await expect(cell.locator('.monaco-diff-editor')).toHaveCount(0);

    await cell.getByRole('button', { name: 'Reset this file' }).click();
    await expect(cell.locator('.cell-edited')).toHaveText('edited');
    await cell.getByRole('button', { name: 'Undo' }).click();
    await expect(cell.locator('.cell-edited')).toHaveText('edited: compare.ts, stack.ts');
    await expect(cell.locator('.monaco-editor')).toContainText('// opened');

    await cell.locator('.cell-reset').click();
    await expect(cell.locator('.cell-edited')).toBeHidden();
    await expect(cell.locator('.monaco-editor')).not.toContainText('// opened');
    await cell.getByRole('button', { name: 'Undo' }).click();
    await expect(cell.locator('.cell-edited')).toHaveText('edited: compare.ts, stack.ts');
    await page.waitForTimeout(500);
    await page.reload();
    await expect(cell.locator('.cell-edited')).toHaveText('edited: compare.ts, stack.ts');
    await expect(cell.locator('.cell-code')).toContainText('// mine');
    await open(cell);
    await expect(tab(cell, 'stack.ts')).toBeVisible();
  });

  test('a type error in an edited machine file is shown, and keeps nothing from running', async ({
    page,
  }) => {
    await visit(page);
    const cell = page.locator('#cell-timeline');
    await open(cell);
    await openMachine(page, cell, 'lab/follow.ts');
    await expect(cell.getByRole('textbox').first()).toBeFocused();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('const wrong: string = 1;\nvoid wrong;\n');
    await cell.locator('.cell-run').click();
    await expect(cell).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
    await expect(cell.locator('.report').first()).toBeVisible();
    await expect(cell.locator('.editor-problem').first()).toContainText(
      "follow.ts line 1: Type 'number' is not assignable to type 'string'",
      { timeout: 30_000 },
    );
  });

  test('Escape leaves the editor and says where the focus went', async ({ page }) => {
    await visit(page);
    const cell = page.locator('#cell-compare');
    await open(cell);
    await page.keyboard.press('Escape');
    await expect(cell.locator('.cell-edit')).toBeFocused();
    await expect(cell.getByRole('status').filter({ hasText: 'You left the editor' })).toBeVisible();
  });

  test('nothing below moves when the editor arrives', async ({ page }) => {
    await visit(page);
    const cell = page.locator('#cell-compare');
    await cell.locator('.cell-edit').scrollIntoViewIfNeeded();
    await page.evaluate(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          const { value, hadRecentInput } = entry as unknown as {
            value: number;
            hadRecentInput: boolean;
          };
          if (!hadRecentInput) shifts.push(value);
        }
      }).observe({ type: 'layout-shift' });
    });
    const below = cell.locator('.editor-help');
    await cell.locator('.cell-edit').click();
    await expect(below).toBeVisible();
    const before = await below.boundingBox();
    await expect(cell.getByRole('textbox').first()).toBeFocused({ timeout: 40_000 });
    await checked(cell);
    expect(await below.boundingBox()).toEqual(before);
    expect(await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)).toEqual(
      [],
    );
  });

  test('the choice of the plain editor is remembered, and the text goes along', async ({
    page,
  }) => {
    await visit(page);
    const cell = page.locator('#cell-compare');
    await open(cell);
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('// mine\n');
    await cell.getByRole('button', { name: 'Plain editor' }).click();
    const field = cell.locator('textarea.editor-plain');
    await expect(field).toBeFocused();
    await expect(field).toHaveValue(/^\/\/ mine\n/);
    await page.waitForTimeout(500);
    await page.reload();
    await cell.locator('.cell-edit').click();
    await expect(field).toBeFocused();
    await cell.getByRole('button', { name: 'Full editor' }).click();
    await expect(cell.locator('.monaco-editor')).toContainText('// mine', { timeout: 40_000 });
  });

  test('works under a policy that allows no eval', async ({ page }) => {
    await page.route('**/lessons/01-the-ledger/', async (route) => {
      const response = await route.fetch();
      const policy = [
        "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
        "worker-src 'self' blob:",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self' data:",
        "connect-src 'self'",
      ].join('; ');
      const headers = { ...response.headers(), 'content-security-policy': policy };
      await route.fulfill({ response, headers });
    });
    const refused: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) refused.push(message.text());
    });
    await visit(page);
    const cell = page.locator('#cell-units');
    await open(cell);
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('const wrong: string = 1;\n');
    await expect(cell.locator('.editor-count')).toContainText('1 error', { timeout: 30_000 });
    expect(refused.filter((text) => !/srcdoc|sandbox/.test(text))).toEqual([]);
  });
});

test.describe('on a touch screen', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } });

  test('a plain field with numbers, 16 px, undo, and a row of keys; the page stays as wide as the screen', async ({
    page,
  }) => {
    await visit(page);
    const cell = page.locator('#cell-compare');
    await cell.locator('.cell-edit').tap();
    const field = cell.locator('textarea.editor-plain');
    await expect(field).toBeVisible();
    expect(await field.evaluate((area) => getComputedStyle(area).fontSize)).toBe('16px');
    const original = await field.inputValue();
    await expect(cell.locator('.plain-numbers span')).toHaveCount(original.split('\n').length);
    await field.fill('a');
    await cell.getByRole('button', { name: 'Insert {' }).tap();
    await cell.getByRole('button', { name: 'Tab: indent', exact: true }).tap();
    await expect(field).toHaveValue('a{  ');
    await expect(field).toBeFocused();
    for (let i = 0; i < 3; i++) await cell.getByRole('button', { name: 'Undo', exact: true }).tap();
    await expect(field).toHaveValue(original);
    await cell.getByRole('button', { name: 'Redo' }).tap();
    await expect(field).toHaveValue('a');
    await field.fill(`// ${'long '.repeat(60)}\n`.repeat(80));
    const widths = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return [scrollWidth, clientWidth];
    });
    expect(widths[0]).toBe(widths[1]);
  });

  test('grows with its text, and keeps a line’s indent', async ({ page }) => {
    await visit(page);
    const cell = page.locator('#cell-compare');
    await cell.locator('.cell-edit').tap();
    const field = cell.locator('textarea.editor-plain');
    const height = async (): Promise<number> => (await field.boundingBox())?.height ?? 0;
    await field.fill(Array.from({ length: 12 }, (_, i) => `line${i}();`).join('\n'));
    const before = await height();
    await field.press('Control+End');
    await page.keyboard.type('\n\n\n\nif (true) {\nx();');
    expect(await height()).toBeGreaterThan(before + 60);
    await expect(field).toHaveValue(/if \(true\) \{\n {2}x\(\);$/);
  });

  test('opens the machine, finds, shows what changed, and resets', async ({ page }) => {
    await visit(page);
    const cell = page.locator('#cell-compare');
    await cell.locator('.cell-edit').tap();
    const field = cell.locator('textarea.editor-plain');
    await field.evaluate((area: HTMLTextAreaElement) => {
      area.focus();
      area.setSelectionRange(area.value.indexOf('compare,'), area.value.indexOf('compare,'));
    });
    await cell.getByRole('button', { name: 'Open the definition' }).tap();
    await expect(field).toHaveValue(/export async function compare/);
    const original = await field.inputValue();
    await cell.getByRole('button', { name: 'Find' }).tap();
    await page.keyboard.type('export async function');
    await expect(cell.locator('.plain-find-count')).toHaveText(/^line \d+, 1 in all$/);
    await page.keyboard.press('Escape');
    await expect(field).toBeFocused();
    await page.keyboard.type('// here\n');
    await expect(cell.locator('.cell-edited')).toHaveText('edited: compare.ts');
    await cell.getByRole('button', { name: 'Changes' }).tap();
    await expect(cell.locator('ins.difference-line').first()).toContainText('+ // here');
    await cell.getByRole('button', { name: 'Changes' }).tap();
    await cell.getByRole('button', { name: 'Reset this file' }).tap();
    await expect(field).toHaveValue(original);
    await expect(cell.locator('.cell-edited')).toBeHidden();
  });

  test('everything fits the keyboard too: Escape leaves, Ctrl+Enter runs', async ({ page }) => {
    await visit(page);
    const cell = page.locator('#cell-compare');
    await cell.locator('.cell-edit').tap();
    const field = cell.locator('textarea.editor-plain');
    await field.fill(`import { text } from 'two-checkboxes';\nexport default text('plain');\n`);
    await page.keyboard.press('Control+Enter');
    await expect(cell.locator('.cell-results')).toHaveText('plain', { timeout: 60_000 });
    await field.focus();
    await page.keyboard.press('Escape');
    await expect(cell.locator('.cell-edit')).toBeFocused();
  });
});

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [360, 1280])
    test(`axe, with the editor and its changes open, ${width} px, ${colorScheme}`, async ({
      browser,
    }) => {
      const context = await browser.newContext({
        viewport: { width, height: 900 },
        colorScheme,
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      await visit(page);
      const cell = page.locator('#cell-timeline');
      await open(cell);
      await openMachine(page, cell, 'lab/follow.ts');
      await expect(cell.getByRole('textbox').first()).toBeFocused();
      await page.keyboard.press('Control+Home');
      await page.keyboard.insertText('const wrong: string = 1;\nmissing(wrong);\n');
      await expect(cell.locator('.editor-count')).toContainText('2 errors', { timeout: 30_000 });
      await cell.getByRole('button', { name: 'Show all' }).click();
      expect(await violations(page)).toEqual([]);
      await cell.getByRole('button', { name: 'Changes' }).click();
      await expect(cell.locator('.monaco-diff-editor .line-insert').first()).toBeVisible();
      expect(await violations(page)).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
      await cell.getByRole('button', { name: 'Plain editor' }).click();
      await cell.getByRole('button', { name: 'Changes' }).click();
      await expect(cell.locator('ins.difference-line').first()).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await context.close();
    });
