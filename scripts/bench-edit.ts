import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';

/** A reader's edit of the machine, for `npm run bench:page`: one more register read for every frame. */

const DRIVER = 'sandbox/machine/guest/tulip/traffic.ts';
const BEFORE = '    yield* this.out(CSR1_TRANSMIT_POLL, 0);';
const MORE = '    yield* this.in(CSR5_STATUS);\n';

/** Milliseconds from pressing Run after an edit of a machine file, until both are there. */
export interface EditedTimes {
  /** The new comparison is on the screen. */
  shownMs: number;
  /** What is wrong with the types is known. */
  checkedMs: number;
}

/**
 * Opens the driver of the emulated adapter beside a cell of a fresh page, edits it, and presses Run; then
 * edits it once more.
 * @returns the times of the first run, and of the second
 */
export async function timeEditedMachine(page: Page, cell: Locator): Promise<EditedTimes[]> {
  await cell.locator('.cell-edit').click();
  await cell.locator('.monaco-editor .view-line').first().waitFor();
  await cell.locator('.cell-machine').click();
  await cell.locator('.machine-filter').fill('guest/tulip/traffic.ts');
  await page.keyboard.press('Enter');
  await cell.locator('.editor-tab[aria-selected=true]', { hasText: 'traffic.ts' }).waitFor();
  await settled(cell);
  // A reader looks for the place to change; the bundler gets ready meanwhile.
  await page.waitForTimeout(5_000);
  const line = lineOf(BEFORE);
  await page.keyboard.press('Control+Home');
  for (let i = 1; i < line; i++) await page.keyboard.press('ArrowDown');
  const times: EditedTimes[] = [];
  const shown: string[] = [];
  for (let run = 0; run < 2; run++) {
    await page.keyboard.insertText(MORE);
    times.push(await timeRun(cell));
    shown.push((await cell.locator('.cell-results').textContent()) ?? '');
    await cell.getByRole('textbox').first().focus();
  }
  if (shown[0] === shown[1]) throw new Error('one more register read changed nothing');
  return times;
}

/** Medians of the first and of the second run after an edit, against the budget. */
export function editedReport(all: readonly EditedTimes[][], milliseconds: number) {
  const worst = (run: number): number[] =>
    all.map((times) => Math.max(times[run]?.shownMs ?? Number.NaN, times[run]?.checkedMs ?? 0));
  const median = (values: readonly number[]): number =>
    Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN);
  const firstMs = median(worst(0));
  const secondMs = median(worst(1));
  return {
    runs: all.map((times) =>
      times.map(({ shownMs, checkedMs }) => [Math.round(shownMs), Math.round(checkedMs)]),
    ),
    firstMs,
    secondMs,
    budgetMs: milliseconds,
    within: firstMs <= milliseconds && secondMs <= milliseconds,
  };
}

function lineOf(text: string): number {
  const index = readFileSync(DRIVER, 'utf8').split('\n').indexOf(text);
  if (index < 0) throw new Error(`${DRIVER} no longer has the line “${text.trim()}”`);
  return index + 1;
}

/** The types of the open files have been looked at. */
async function settled(cell: Locator): Promise<void> {
  await cell
    .locator('.editor-problems:not([aria-busy]) .editor-count', { hasText: /problem/ })
    .waitFor({ timeout: 60_000 });
}

function timeRun(cell: Locator): Promise<EditedTimes> {
  return cell.evaluate(async (element) => {
    const results = element.querySelector('.cell-results');
    const problems = element.querySelector('.editor-problems');
    const before = results?.firstElementChild;
    const times: Partial<EditedTimes> = {};
    const start = performance.now();
    const over = new Promise<EditedTimes>((done, fail) => {
      const look = (): void => {
        const first = results?.firstElementChild;
        if (first && first !== before) times.shownMs ??= performance.now() - start;
        if (!problems?.hasAttribute('aria-busy')) times.checkedMs ??= performance.now() - start;
        const { state } = (element as HTMLElement).dataset;
        if (state === 'failed') fail(new Error(`${element.id} failed: ${element.textContent}`));
        const { shownMs, checkedMs } = times;
        if (shownMs !== undefined && checkedMs !== undefined) done({ shownMs, checkedMs });
      };
      const options = { childList: true, subtree: true, attributes: true };
      new MutationObserver(look).observe(element, options);
      setTimeout(() => fail(new Error(`${element.id} shows nothing after 60 s`)), 60_000);
    });
    element.querySelector<HTMLButtonElement>('.cell-run')?.click();
    return await over;
  });
}
