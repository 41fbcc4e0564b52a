import { expect, type Page } from '@playwright/test';

/** The playground as tests see it. */

export const cell = (page: Page) => page.locator('playground-cell');
export const code = (page: Page) => page.locator('.cell-code code');
export const words = (page: Page) => page.locator('.writer-words');
export const back = (page: Page) => page.getByRole('button', { name: 'Back to the panels' });
export const undo = (page: Page) => page.getByRole('button', { name: 'Bring back what was here' });
export const result = (page: Page) => page.locator('.cell-results');

/** The page, once it has come to life. `site` is the address of the site. */
export async function open(page: Page, site: string, hash = ''): Promise<void> {
  await page.goto(`${site}playground/${hash}`);
  await expect(page.locator('two-playground')).toHaveAttribute('data-ready', '');
}

export async function run(page: Page): Promise<void> {
  await page.locator('.cell-run').click();
  await expect(cell(page)).toHaveAttribute('data-state', 'done', { timeout: 30_000 });
}

/** Adds to the end of the code, in whichever editor there is. */
export async function edit(page: Page, text: string): Promise<void> {
  await page.locator('.cell-edit').click();
  await expect(page.locator('.monaco-editor textarea, .editor-plain').first()).toBeAttached({
    timeout: 30_000,
  });
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText(text);
  await expect(words(page)).toContainText('yours now');
}
