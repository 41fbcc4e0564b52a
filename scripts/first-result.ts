import type { Page } from '@playwright/test';

/** From pressing Run on a fresh page to the first result: what a lesson promises on localhost. */
export const FIRST_RESULT_MS = 1500;

/**
 * Opens a lesson, presses Run on its first cell and waits until a result of that cell has a size.
 * @param url of the lesson's page
 * @returns milliseconds between the click, as the page sees it, and the frame that shows the result
 * @throws Error with the cell's own words when it ended without a result
 */
export async function timeFirstResult(page: Page, url: string): Promise<number> {
  await page.goto(url);
  const cell = page.locator('two-cell').first();
  await cell.scrollIntoViewIfNeeded();
  await cell.locator('.cell-run').waitFor();
  const shown = cell.evaluate(watchFirstResult);
  await cell.locator('.cell-run').click();
  return shown;
}

/** Runs in the page. The clock starts at the click itself, so that the test's own round trips do not count. */
function watchFirstResult(cell: Element): Promise<number> {
  return new Promise((done, fail) => {
    const look = (pressed: number): void => {
      const result = cell.querySelector('.cell-results > *');
      if (result && result.getBoundingClientRect().height > 0)
        return done(performance.now() - pressed);
      if (/failed|stopped/.test(cell.getAttribute('data-state') ?? ''))
        return fail(new Error(cell.querySelector('.error-message')?.textContent ?? 'no result'));
      requestAnimationFrame(() => look(pressed));
    };
    const start = (): void => look(performance.now());
    cell.querySelector('.cell-run')?.addEventListener('click', start, { capture: true, once: true });
  });
}
