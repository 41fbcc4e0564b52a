import { writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { lessonPages, startVisit, type Visit } from './visit.ts';

/**
 * `npm run measure:heights`: runs each cell and exercise of dist in a browser and writes into
 * content/heights.json how high its parts are then, by the width of the cell. A page keeps that place when a
 * reader presses Run (src/components/notebook/place.ts). Build afterwards, for the pages to have it.
 */

const FILE = 'content/heights.json';

/** Widths of a cell in pixels, from a telephone's page to the widest page. */
const WIDTHS = { from: 272, to: 1080, step: 8 };

/** Pixels of empty place, a line of text, that save an entry. */
const TOLERANCE = 24;

const PARTS = {
  knobs: '.cell-knobs',
  output: '.cell-output',
  expectations: '.exercise-expectations',
};

type Part = keyof typeof PARTS;
/** What each part of each cell measured at one width, by the cell's id. */
type Row = Record<string, { width: number } & Partial<Record<Part, number>>>;

async function runAll(page: Page): Promise<void> {
  for (const sheet of await page.locator('two-cell, two-exercise').all()) {
    await sheet.locator('.cell-run, .exercise-check').click();
    const ended = await sheet.evaluate(
      (element) =>
        new Promise<string>((done, fail) => {
          const look = (): void => {
            const { state } = (element as HTMLElement).dataset;
            const coming = element.querySelector('.report-host:empty, [data-coming]');
            const failed = element.querySelector('.cell-error:not([hidden])')?.textContent;
            if (state !== 'running' && !coming) done(failed ?? '');
          };
          new MutationObserver(look).observe(element, {
            attributes: true,
            childList: true,
            subtree: true,
          });
          setTimeout(() => fail(new Error(`${element.id} is not over after 60 s`)), 60_000);
          look();
        }),
    );
    if (ended) throw new Error(ended);
  }
}

function measure(page: Page): Promise<Row[]> {
  return page.evaluate(
    async ([widths, parts]) => {
      await document.fonts.ready;
      const sheets = [...document.querySelectorAll<HTMLElement>('two-cell, two-exercise')];
      for (const kept of document.querySelectorAll<HTMLElement>('.cell-output, [data-heights]'))
        kept.style.minHeight = '';
      const rows: Row[] = [];
      for (let width = widths.from; width <= widths.to; width += widths.step) {
        for (const sheet of sheets) sheet.style.width = `${width}px`;
        const row: Row = {};
        for (const sheet of sheets) {
          const heights = Object.entries(parts).map(([part, selector]): [string, number] => [
            part,
            sheet.querySelector<HTMLElement>(selector)?.getBoundingClientRect().height ?? 0,
          ]);
          row[sheet.id] = { width: sheet.clientWidth, ...Object.fromEntries(heights) };
        }
        rows.push(row);
      }
      return rows;
    },
    [WIDTHS, PARTS] as const,
  );
}

/** `0:812 640:700`: the greatest height from each width on, where it differs by more than the tolerance. */
function listOf(heights: readonly (readonly [width: number, height: number])[]): string {
  const list: { from: number; low: number; high: number }[] = [];
  for (const [width, height] of heights) {
    const last = list.at(-1);
    const low = Math.min(last?.low ?? height, height);
    const high = Math.max(last?.high ?? height, height);
    if (last && high - low <= TOLERANCE) Object.assign(last, { low, high });
    else list.push({ from: last ? width : 0, low: height, high: height });
  }
  return list.map(({ from, high }) => `${from}:${Math.ceil(high)}`).join(' ');
}

function partsOf(rows: readonly Row[], id: string): Partial<Record<Part, string>> {
  const parts: Partial<Record<Part, string>> = {};
  for (const part of Object.keys(PARTS) as Part[]) {
    const heights = rows.map((row) => [row[id]?.width ?? 0, row[id]?.[part] ?? 0] as const);
    if (heights.some(([, height]) => height > 0)) parts[part] = listOf(heights);
  }
  return parts;
}

async function look({ browser, url }: Visit, path: string): Promise<Record<string, object>> {
  const context = await browser.newContext({ serviceWorkers: 'block', reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(url + path);
  await page.locator('two-cell:defined, two-exercise:defined').first().waitFor();
  await runAll(page);
  const rows = await measure(page);
  await context.close();
  return Object.fromEntries(Object.keys(rows[0] ?? {}).map((id) => [id, partsOf(rows, id)]));
}

const visit = await startVisit();
const heights: Record<string, Record<string, object>> = {};
try {
  for (const path of lessonPages()) {
    const lesson = path.split('/')[1] ?? '';
    heights[lesson] = await look(visit, path);
    console.log(`${lesson}: ${Object.keys(heights[lesson]).length} cells and exercises`);
  }
  writeFileSync(FILE, `${JSON.stringify(heights, null, 2)}\n`);
} finally {
  await visit.close();
}
