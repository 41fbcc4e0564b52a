import { expect, type Page } from '@playwright/test';
import type { State } from '../../src/offline/messages.ts';
import type { Site } from './versions.ts';

/** Opens a page as a reader does, and waits until the site by itself has kept all that it needs. */
export async function readPage(page: Page, site: Site, path: string): Promise<void> {
  await page.goto(site.url + path);
  const needs = site.needs(path);
  expect(needs.length, `${path} is a page`).toBeGreaterThan(0);
  await expect
    .poll(
      async () => {
        const missing = await missingOf(page);
        return missing && needs.filter((file) => missing.includes(file));
      },
      { timeout: 30_000 },
    )
    .toEqual([]);
}

/** What of the course is not kept, as the page's own worker tells; undefined before there is one. */
function missingOf(page: Page): Promise<string[] | undefined> {
  return page.evaluate(async () => {
    const made = await navigator.serviceWorker.getRegistration();
    if (!made?.active) return undefined;
    const { port1, port2 } = new MessageChannel();
    const answered = new Promise<{ value: State }>((resolve) => {
      port1.onmessage = ({ data }) => resolve(data);
    });
    made.active.postMessage({ ask: 'state' }, [port2]);
    return (await answered).value.missing.map(({ path }) => path);
  });
}

export async function runs(page: Page, name: string): Promise<void> {
  const cell = page.locator(`#cell-${name}`);
  await cell.locator('.cell-run').click();
  await expect(cell).toHaveAttribute('data-state', 'done', { timeout: 45_000 });
}
