import { expect, type Page, test } from '@playwright/test';
import { pages, type Served, serve } from '../site/serve.ts';
import { watchPolicy } from './violations.ts';

/** The pages' policy: it is strict, it comes first, and nothing that a reader does runs into it. */

let served: Served;
test.beforeAll(async () => {
  served = await serve('/docs/course/');
});
test.afterAll(() => served.close());

let seen: string[];
test.beforeEach(async ({ context }) => {
  seen = await watchPolicy(context);
});

const open = async (page: Page, path: string): Promise<void> => {
  await page.goto(served.url + path, { waitUntil: 'networkidle' });
};
const cell = (page: Page, name: string) => page.locator(`#cell-${name}`);
const run = async (page: Page, name: string): Promise<void> => {
  await cell(page, name).locator('.cell-run').click();
  await expect(cell(page, name)).toHaveAttribute('data-state', 'done', { timeout: 45_000 });
};

test('is strict, and stands before everything that it is about', async ({ request }) => {
  for (const path of [...pages(), '404.html']) {
    const html = await (await request.get(served.url + path)).text();
    const [before = '', policy = ''] =
      /^([\s\S]*?)<meta http-equiv="Content-Security-Policy" content="([^"]*)">/
        .exec(html)
        ?.slice(1) ?? [];
    expect(before, path).not.toMatch(/<(script|link|style|img)/);
    const rules = Object.fromEntries(
      policy.split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1)]),
    );
    expect(rules['default-src'], path).toEqual(["'none'"]);
    expect(rules['object-src'], path).toEqual(["'none'"]);
    expect(rules['base-uri'], path).toEqual(["'none'"]);
    expect(rules['form-action'], path).toEqual(["'none'"]);
    expect(rules['worker-src'], path).toEqual(["'self'", 'blob:']);
    const allowed = /^('self'|'none'|'wasm-unsafe-eval'|blob:|data:|'sha256-[\w+/]{43}=')$/;
    for (const [name, values] of Object.entries(rules))
      for (const value of values)
        if (name !== 'style-src' || value !== "'unsafe-inline'")
          expect(value, `${name} of ${path}`).toMatch(allowed);
  }
});

test('lets every page load, with nothing refused', async ({ page }) => {
  test.setTimeout(180_000);
  for (const path of pages()) {
    await open(page, path);
    await expect(page.locator('html')).toHaveAttribute('data-theme', /light|dark/);
  }
  expect(seen).toEqual([]);
});

test('lets cells run, be turned, edited and checked', async ({ page }) => {
  test.setTimeout(180_000);
  await open(page, 'lessons/01-the-ledger/');
  await run(page, 'compare');
  const slider = cell(page, 'compare').locator('.knob-value').first();
  await slider.fill('9000');
  await slider.blur();
  await run(page, 'units');
  await cell(page, 'units').locator('.cell-edit').click();
  await expect(cell(page, 'units').locator('.monaco-editor').first()).toBeVisible({
    timeout: 60_000,
  });
  await cell(page, 'units').locator('.monaco-editor').first().click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type("console.log('edited');\n");
  await expect(cell(page, 'units').locator('.cell-edited')).toBeVisible();
  await run(page, 'units');
  await expect(cell(page, 'units').locator('.cell-log')).toContainText('edited');
  await page.locator('.exercise-check').first().click();
  await expect(page.locator('.expectation').first()).toBeVisible({ timeout: 60_000 });
  expect(seen).toEqual([]);
});

test('lets a sweep use its pool of workers', async ({ page }) => {
  await open(page, 'lessons/10-when-software-cannot-keep-up/');
  await run(page, 'frames');
  expect(seen).toEqual([]);
});

test('lets search, a recorded Linux, the landing page and a profile of one’s own work', async ({
  page,
}) => {
  test.setTimeout(120_000);
  await open(page, '');
  await page.getByRole('button', { name: 'Run it here' }).click();
  await expect(page.getByText('Computed in your browser.')).toBeVisible({ timeout: 30_000 });
  await page.keyboard.press('/');
  await page.getByRole('searchbox').fill('exit');
  await expect(page.locator('course-search li a').first()).toBeVisible();
  await open(page, 'lessons/04-meet-a-real-driver/');
  await page.locator('.linux-recorded').click();
  await expect(page.locator('linux-session')).toHaveAttribute('data-state', 'running', {
    timeout: 30_000,
  });
  await open(page, 'profiles/');
  await page.locator('main input').first().focus();
  expect(seen).toEqual([]);
});

test('refuses what is not ours, and this test sees it', async ({ page }) => {
  await open(page, 'glossary/');
  const did = await page.evaluate(async () => {
    const marks = window as unknown as { inline?: true; handler?: true; evaluated?: true };
    const script = document.createElement('script');
    script.textContent = 'window.inline = true';
    document.head.append(script);
    const button = document.createElement('button');
    button.setAttribute('onclick', 'window.handler = true');
    document.body.append(button);
    button.click();
    const image = new Image();
    image.src = 'http://127.0.0.1:1/picture.png';
    // Code of a debugger, such as this, may evaluate text; a script of the page may not.
    const evaluating = document.createElement('script');
    evaluating.src = URL.createObjectURL(new Blob(['window.evaluated = eval("true")']));
    const tried = new Promise((done) => {
      evaluating.onload = done;
    });
    document.head.append(evaluating);
    await tried;
    const fetched = await fetch('http://127.0.0.1:1/').then(
      () => true,
      () => false,
    );
    const { inline, handler, evaluated } = marks;
    return { inline, handler, evaluated, fetched };
  });
  expect(did).toEqual({ fetched: false });
  await expect.poll(() => seen.filter((text) => /^policy violation/.test(text)).length).toBe(5);
});
