import { readdirSync } from 'node:fs';
import { type Browser, chromium, type Page } from '@playwright/test';
import { type Served, serve } from '../tests/site/serve.ts';
import { CHROMIUM_ARGS, requireChromium } from './chromium.ts';

/** The built site on a port of this machine, and a browser to look at it with. */
export interface Visit {
  browser: Browser;
  /** The site's address, with a trailing slash. */
  url: string;
  close(): Promise<void>;
}

export async function startVisit(): Promise<Visit> {
  const executablePath = requireChromium();
  const served: Served = await serve('/');
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  return {
    browser,
    url: served.url,
    close: async () => {
      await browser.close();
      await served.close();
    },
  };
}

/** Addresses of the built lessons, relative to the site's. */
export function lessonPages(): string[] {
  const names = readdirSync('dist/lessons', { withFileTypes: true });
  return names
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `lessons/${name}/`)
    .sort();
}

/**
 * Presses Run of a page's cell and waits for the first thing it shows.
 * @returns milliseconds between the two, by the page's clock
 */
export function timeToResult(page: Page, cell: string): Promise<number> {
  return page.locator(cell).evaluate(async (element) => {
    const shown = new Promise<number>((done, fail) => {
      const look = (): void => {
        const state = (element as HTMLElement).dataset.state;
        if (element.querySelector('.cell-results > :not(:empty)')) done(performance.now());
        else if (state === 'failed')
          fail(new Error(`${element.id} failed: ${element.textContent}`));
      };
      const options = { childList: true, subtree: true, attributes: true };
      new MutationObserver(look).observe(element, options);
      setTimeout(() => fail(new Error(`${element.id} shows nothing after 30 s`)), 30_000);
    });
    const button = element.querySelector<HTMLButtonElement>('.cell-run');
    const start = performance.now();
    button?.click();
    return (await shown) - start;
  });
}

/** Milliseconds from pressing Run until a sweep shows its first point, and until it is over. */
export interface SweepTimes {
  firstPointMs: number;
  wholeMs: number;
  points: number;
}

/** Presses Run of a page's cell that shows a sweep, and waits for its end, by the page's clock. */
export function timeSweep(page: Page, cell: string): Promise<SweepTimes> {
  return page.locator(cell).evaluate(async (element) => {
    const pointsIn = (cell: Element): number =>
      Number(cell.querySelector<HTMLElement>('.report-sweep')?.dataset.points ?? 0);
    const times = new Promise<SweepTimes>((done, fail) => {
      let first: number | undefined;
      const look = (): void => {
        const state = (element as HTMLElement).dataset.state;
        const points = pointsIn(element);
        // Points that an observer sees are painted with the next frame of the screen.
        if (points > 0) first ??= performance.now();
        if (state === 'failed') fail(new Error(`${element.id} failed: ${element.textContent}`));
        if (state !== 'done' || first === undefined) return;
        // The last points are drawn with the frame of the screen that follows.
        requestAnimationFrame(() =>
          requestAnimationFrame((now) => {
            const times = { firstPointMs: (first ?? now) - start, wholeMs: now - start };
            done({ ...times, points: pointsIn(element) });
          }),
        );
      };
      const options = { childList: true, subtree: true, attributes: true };
      new MutationObserver(look).observe(element, options);
      setTimeout(() => fail(new Error(`${element.id} is not over after 30 s`)), 30_000);
    });
    const button = element.querySelector<HTMLButtonElement>('.cell-run');
    const start = performance.now();
    button?.click();
    return await times;
  });
}
