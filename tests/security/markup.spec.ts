import { expect, type Page, test } from '@playwright/test';
import * as v from 'valibot';
import { ReportSchema } from '../../sandbox/runner/reports.ts';
import { SAMPLES } from '../../src/components/report/samples.ts';
import { type Gallery, serveGallery } from '../report/rig.ts';
import { type Served, serve } from '../site/serve.ts';
import { watchPolicy } from './violations.ts';

/** Text of a run, a link or a browser's storage that is markup stays text wherever the page shows it. */

const MARKUP = `<img src=x onerror="alert(1)"><script>alert(2)</script><b id=broke>'"&`;

let served: Served;
let gallery: Gallery;
test.beforeAll(async () => {
  served = await serve('/docs/course/');
  gallery = await serveGallery();
});
test.afterAll(async () => {
  await served.close();
  await gallery.close();
});

/** Dialogs and refused things from now on. */
async function watch(page: Page): Promise<string[]> {
  const seen = await watchPolicy(page.context());
  page.on('dialog', (dialog) => {
    seen.push(dialog.message());
    void dialog.dismiss();
  });
  return seen;
}

/** The same report with markup for every text that a run is free to choose. */
function hostile(sample: unknown): { report: unknown; texts: number } {
  const free = new Map<string, boolean>();
  let texts = 0;
  const report = structuredClone(sample);
  const visit = (holder: Record<string, unknown>, key: string, place: string): void => {
    const value = holder[key];
    if (typeof value === 'string') {
      const name = `${place}.${Array.isArray(holder) ? '*' : key}`;
      holder[key] = MARKUP;
      if (!free.has(name)) free.set(name, v.safeParse(ReportSchema, report).success);
      if (free.get(name)) texts += 1;
      else holder[key] = value;
    } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))
      for (const inner of Object.keys(value))
        visit(
          value as Record<string, unknown>,
          inner,
          `${place}.${Array.isArray(holder) ? '*' : key}`,
        );
  };
  for (const key of Object.keys(report as object))
    visit(report as Record<string, unknown>, key, '');
  return { report, texts };
}

for (const [name, sample] of Object.entries(SAMPLES))
  test(`a report shows markup as text: ${name}`, async ({ page }) => {
    const seen = await watch(page);
    await page.goto(gallery.url);
    const { report, texts } = hostile(sample);
    expect(texts).toBeGreaterThan(0);
    await page.evaluate(
      (report) => (window as unknown as { show(report: unknown): void }).show(report),
      report,
    );
    const shown = page.locator('#shown');
    await expect(shown).toBeAttached();
    // A capture has one text, the name of the file that it is saved as.
    if (name !== 'capture') await expect(shown).toContainText('<img src=x');
    // What waits behind a switch or a disclosure is drawn too.
    for (const summary of await shown.locator('summary').all()) await summary.click();
    await expect(shown.locator('img, script, iframe, object, #broke')).toHaveCount(0);
    const handlers = await shown.evaluate((element) =>
      [...element.querySelectorAll('*')].flatMap(({ attributes }) =>
        [...attributes].filter(({ name }) => name.startsWith('on')).map(({ name }) => name),
      ),
    );
    expect(handlers).toEqual([]);
    expect(seen).toEqual([]);
  });

const KEY = 'two-checkboxes:v1:cell:01-the-ledger/compare';

test('a cell shows markup as text: results, log, knobs and errors', async ({ page }) => {
  const seen = await watch(page);
  const quoted = JSON.stringify(MARKUP);
  const text = `import { knob, show, text } from 'two-checkboxes';
console.log(${quoted}, { [${quoted}]: ${quoted} });
knob(${quoted}, true);
show(text(${quoted}));
show({ kind: 'table', title: ${quoted}, columns: [{ name: ${quoted}, unit: ${quoted} }], rows: [[${quoted}]] });
throw new Error(${quoted});
`;
  await page.addInitScript(
    ([key, value]) => localStorage.setItem(key as string, value as string),
    [KEY, JSON.stringify({ text, hash: 'x' })],
  );
  await page.goto(`${served.url}lessons/01-the-ledger/`);
  const cell = page.locator('#cell-compare');
  await cell.locator('.cell-run').click();
  await expect(cell).toHaveAttribute('data-state', 'failed', { timeout: 45_000 });
  for (const part of ['.cell-results', '.cell-log', '.cell-error', '.cell-knobs'])
    await expect(cell.locator(part), part).toContainText('<img src=x');
  await expect(cell.locator('img, script, #broke')).toHaveCount(0);
  expect(seen).toEqual([]);
});

test('titles of what a browser has kept are text, and lead nowhere else', async ({ page }) => {
  const seen = await watch(page);
  await page.addInitScript(
    ([markup]) => {
      const keep = (name: string, value: unknown) =>
        localStorage.setItem(`two-checkboxes:v1:${name}`, JSON.stringify(value));
      keep('last', { lesson: '02-the-parent-owns-the-device', title: markup, at: markup });
      keep('profile:own', { name: markup, id: markup });
      keep('done:cell:01-the-ledger/compare', { when: markup, passed: true });
      keep(`cell:01-the-ledger/${markup}`, { text: markup });
    },
    [MARKUP],
  );
  for (const path of ['', 'progress/', 'profiles/', 'playground/', 'lessons/01-the-ledger/']) {
    await page.goto(served.url + path, { waitUntil: 'networkidle' });
    await expect(page.locator('#broke, img[src="x"]'), path).toHaveCount(0);
    expect(await page.title()).not.toContain('<img');
  }
  expect(seen).toEqual([]);
});

test('a search for markup, and an address with markup, are text', async ({ page }) => {
  const seen = await watch(page);
  await page.goto(
    `${served.url}offline/?why=${encodeURIComponent(MARKUP)}&page=${encodeURIComponent(MARKUP)}`,
  );
  await page.goto(`${served.url}lessons/01-the-ledger/#${encodeURIComponent(MARKUP)}`);
  await page.keyboard.press('/');
  await page.getByRole('searchbox').fill(MARKUP);
  await expect(page.locator('course-search [role=status]')).not.toBeEmpty();
  await expect(page.locator('#broke, img[src="x"]')).toHaveCount(0);
  expect(seen).toEqual([]);
});
