import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import {
  back,
  cell,
  code,
  edit,
  open as openPage,
  result,
  run,
  undo,
  words,
} from './playground-page.ts';
import { type Served, serve } from './serve.ts';

const KEY = 'two-checkboxes:v1:playground';
const EDITING = /\/sandbox\/(editor|esbuild|bundler|sources)[./]/;

let served: Served;
test.beforeAll(async () => {
  served = await serve('/docs/course/');
});
test.afterAll(() => served.close());

const open = (page: Page, hash = '') => openPage(page, served.url, hash);

test('the panels write the code, it runs, and both boxes are needed for a function', async ({
  page,
}) => {
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  await open(page);
  await expect(words(page)).toContainText('The panels write this code');
  await expect(code(page)).toContainText('enableIov: false');
  await run(page);
  await expect(result(page)).toContainText('created without SR-IOV');
  await expect(result(page)).toContainText('IovWeight is 0');

  const onSwitch = page.getByLabel('Enable single-root I/O virtualization (SR-IOV)');
  const onAdapter = page.getByLabel('Enable SR-IOV', { exact: true });
  await onAdapter.check();
  await expect(code(page)).toContainText('iovWeight: 100');
  await expect(result(page)).toContainText('It asked for a virtual function. switch:');
  await expect(result(page)).not.toContainText('IovWeight is 0');
  await onSwitch.check();
  await expect(code(page)).toContainText('enableIov: true');
  await expect(result(page)).toContainText('nothing is against a virtual function');
  await expect(result(page)).toContainText('1 of 63 VFs');

  await page.getByLabel('What it lacks for SR-IOV').selectOption('acs');
  await expect(code(page)).toContainText('capabilities: { acs: false }');
  await expect(result(page)).toContainText('It asked for a virtual function. host:');
  await page.getByLabel('Kind').selectOption('legacy');
  await expect(onAdapter).toBeHidden();
  await expect(code(page)).toContainText('adapter: { legacy: true }');
  await expect(result(page)).toContainText('It is a legacy network adapter.');
  expect(fetched.filter((path) => EDITING.test(path))).toEqual([]);
});

test('what the panels say is kept, and nothing runs by itself', async ({ page }) => {
  await open(page);
  await page.getByLabel('How many').fill('4');
  await page.getByLabel('What travels').selectOption('imix');
  await expect(code(page)).toContainText('vms: { count: 4, processors: 1 }');
  await page.reload();
  await expect(page.locator('two-playground')).toHaveAttribute('data-ready', '');
  await expect(page.getByLabel('How many')).toHaveValue('4');
  await expect(code(page)).toContainText("sizes: 'imix'");
  await expect(cell(page)).toHaveAttribute('data-state', 'idle');
  await expect(page.locator('.cell-edited')).toBeHidden();
});

test('a bad value is said beside its field, leaves the code alone, and keeps Run from running', async ({
  page,
}) => {
  await open(page);
  const before = await code(page).innerText();
  const many = page.getByLabel('How many');
  for (const value of ['0', '61', '1.5', '']) {
    await many.fill(value);
    await expect(many).toHaveAttribute('aria-invalid', 'true');
    await expect(page.locator('#set-vms-wrong')).toHaveText(/a whole number from 1 to 60/);
    expect(await code(page).innerText()).toBe(before);
  }
  await page.getByRole('button', { name: 'Run the machine' }).click();
  await expect(many).toBeFocused();
  await expect(cell(page)).toHaveAttribute('data-state', 'idle');
  await many.fill('2');
  await expect(many).not.toHaveAttribute('aria-invalid');
  await page.getByLabel('What travels').selectOption('bulk');
  await page.getByLabel('Kind').selectOption('legacy');
  await expect(page.locator('#set-traffic-wrong')).toContainText('no bulk transfer');
});

test('edited code is the reader’s; back to the panels, and undo', async ({ page }) => {
  await open(page);
  await page.getByLabel('How many').fill('2');
  await edit(page, '\nconsole.log("mine");');
  await expect(page.getByLabel('How many')).toBeDisabled();
  await run(page);
  await expect(page.locator('.cell-log')).toContainText('mine');

  await page.reload();
  await expect(words(page)).toContainText('yours now');
  await expect(code(page)).toContainText('console.log("mine")');
  await back(page).click();
  await expect(undo(page)).toBeFocused();
  await expect(code(page)).not.toContainText('console.log');
  await expect(code(page)).toContainText('count: 2');
  await expect(page.getByLabel('How many')).toBeEnabled();
  await undo(page).click();
  await expect(back(page)).toBeFocused();
  await expect(code(page)).toContainText('console.log("mine")');
});

test('any cell of a lesson opens, with what the reader made of it there', async ({ page }) => {
  await page.goto(`${served.url}lessons/11-two-checkboxes/`);
  const boxes = page.locator('#cell-boxes');
  await boxes.locator('.cell-more summary').click();
  await boxes.getByRole('link', { name: 'Open in the playground' }).click();
  await expect(words(page)).toContainText('boxes.ts of lesson 11, Two checkboxes');
  expect(new URL(page.url()).hash).toBe('');
  await expect(page.getByLabel('A lesson’s cell')).toHaveValue('11-two-checkboxes/boxes');
  await expect(cell(page)).toHaveAttribute('data-state', 'idle');
  await expect(code(page)).toContainText('tickBoxes(checkboxes())');
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  await run(page);
  await page.locator('.cell-knobs').getByLabel('Enable SR-IOV', { exact: true }).check();
  await expect(result(page)).toContainText('created without SR-IOV');
  expect(fetched.filter((path) => EDITING.test(path))).toEqual([]);

  await page.evaluate(() => {
    const saved = {
      text: "import { knob, text } from 'two-checkboxes';\nexport default text(`${knob('N', 3, { min: 1, max: 9 })} frames`);",
      knobs: [{ type: 'number', label: 'N', value: 7, default: 3, min: 1, max: 9, step: 1 }],
    };
    localStorage.setItem('two-checkboxes:v1:cell:01-the-ledger/units', JSON.stringify(saved));
  });
  await page.getByLabel('A lesson’s cell').selectOption('01-the-ledger/units');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(words(page)).toContainText('units.ts of lesson 1, The ledger');
  await expect(code(page)).toContainText("knob('N'");
  await run(page);
  await expect(result(page)).toContainText('7 frames');
  const kept = await page.evaluate(() =>
    localStorage.getItem('two-checkboxes:v1:cell:01-the-ledger/units'),
  );
  expect(kept).toContain('"value":7');

  await page.reload();
  await expect(words(page)).toContainText('units.ts of lesson 1, The ledger');
  await expect(code(page)).toContainText("knob('N'");
  await page.getByRole('button', { name: 'Back to the machine' }).click();
  await expect(words(page)).toContainText('The panels write this code');
  await expect(code(page)).toContainText('runMachine');
});

test('every cell in the list can be opened', async ({ page }) => {
  await open(page);
  const all = await page
    .locator('.opener option')
    .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
  expect(all.length).toBeGreaterThan(45);
  const load = async (file: string) =>
    (await page.request.get(`${served.url}sandbox/${file}`)).json();
  const { lessons } = await load('manifest.json');
  for (const name of all) {
    const [lesson = '', cell = ''] = name.split('/');
    const { cells } = await load(lessons[lesson]);
    const files = cells.map((entry: { file: string }) => entry.file);
    expect(files, name).toContain(`${cell}.ts`);
  }
});

test('hostile storage and addresses are refused in words', async ({ page }) => {
  await open(page);
  let asked = false;
  page.on('dialog', () => {
    asked = true;
  });
  const hostile = {
    panels: { vms: '<img src=x onerror=alert(1)>', line: '__proto__', rootCores: 3 },
    open: { lesson: '../..', cell: 'x' },
    files: { 'sandbox/../evil.ts': 'x', __proto__: { x: 1 } },
    text: 7,
    before: 'no',
  };
  for (const text of [JSON.stringify(hostile), '[1]', '"x"', '{']) {
    await page.evaluate(([key, value]) => localStorage.setItem(key, value), [KEY, text] as const);
    await page.reload();
    await expect(page.locator('two-playground')).toHaveAttribute('data-ready', '');
    await expect(page.getByLabel('How many')).toHaveValue('1');
    await expect(words(page)).toContainText('The panels write this code');
  }
  for (const hash of ['#open=../../x', '#open=11-two-checkboxes/nothing', '#open=99-none/boxes']) {
    await page.goto('about:blank');
    await open(page, hash);
    await expect(words(page)).toContainText(/no such cell|could not be opened/);
    await expect(code(page)).toContainText('runMachine');
  }
  expect(asked).toBe(false);
});

test('by keyboard alone: tick both boxes, run, take the code over, and come back', async ({
  page,
}) => {
  await open(page);
  const tabTo = async (name: string) => {
    for (let i = 0; i < 90; i++) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const { activeElement: at } = document;
        return (
          at?.getAttribute('aria-label') ??
          (at as HTMLInputElement)?.labels?.[0]?.textContent ??
          at?.textContent
        );
      });
      if (focused?.trim() === name) return;
    }
    throw new Error(`no way to ${name}`);
  };
  await tabTo('Enable single-root I/O virtualization (SR-IOV)');
  await page.keyboard.press('Space');
  await tabTo('Enable SR-IOV');
  await page.keyboard.press('Space');
  await tabTo('Queues');
  await page.keyboard.press('Enter');
  await expect(cell(page)).toHaveAttribute('data-state', 'done', { timeout: 30_000 });
  await expect(result(page)).toContainText('Both boxes are ticked');
  await tabTo('Edit machine.ts');
  await page.keyboard.press('Enter');
  await expect(page.locator('.monaco-editor textarea, .editor-plain').first()).toBeAttached({
    timeout: 30_000,
  });
  await page.keyboard.type('// mine');
  await expect(words(page)).toContainText('yours now');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  for (let i = 0; i < 5; i++) {
    const at = await page.evaluate(() => document.activeElement?.textContent);
    if (at === 'Back to the panels') break;
    await page.keyboard.press('Shift+Tab');
  }
  await page.keyboard.press('Enter');
  await expect(undo(page)).toBeFocused();
  await expect(words(page)).toContainText('The panels write this code');
});

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [360, 1280])
    test(`${colorScheme} at ${width}: accessible, nothing wider than the screen, nothing shifts`, async ({
      page,
    }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await open(page);
      const places = () =>
        page.evaluate(() =>
          ['.panels', '.panels-run', '.opener', '.writer', '.cell-bar', '.cell-code'].map((name) =>
            JSON.stringify(document.querySelector(name)?.getBoundingClientRect()),
          ),
        );
      await page.evaluate(() => scrollTo(0, 0));
      const before = await places();
      await page.evaluate(() => document.querySelector<HTMLElement>('.cell-run')?.click());
      await expect(cell(page)).toHaveAttribute('data-state', 'done', { timeout: 30_000 });
      expect(await places()).toEqual(before);
      await page.getByRole('button', { name: 'Run the machine' }).click();
      await expect(cell(page)).toHaveAttribute('data-state', 'done', { timeout: 30_000 });
      await page.getByLabel('How many').fill('0');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(width);
      for (const look of ['panels', 'reader']) {
        if (look === 'reader')
          await page.getByRole('button', { name: 'Open', exact: true }).click();
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.target}`)).toEqual([]);
      }
    });
