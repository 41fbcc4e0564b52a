import type { Locator } from '@playwright/test';

/** A reader who moves a knob, for `npm run bench:page`. */

/** Milliseconds from a move of a knob, by the page's clock. */
export interface MoveTimes {
  /** The new comparison is in the page. */
  drawnMs: number;
  /** The frame of the screen that shows it is made. */
  shownMs: number;
}

const MOVES = 15;
/** What one move changes, in the knob's unit; small, so that the workload stays the lesson's. */
const STEP = 16;
/** A reader looks at a result before the next move. */
const LOOK_MS = 300;

/** Runs a cell, then moves its first slider to one position after the other, each after the last was shown. */
export async function timeKnob(cell: Locator): Promise<MoveTimes[]> {
  await cell.locator('.cell-run').click();
  await cell.and(cell.page().locator('[data-state=done]')).waitFor({ timeout: 60_000 });
  const times: MoveTimes[] = [];
  for (let move = 1; move <= MOVES; move++) {
    await cell.page().waitForTimeout(LOOK_MS);
    times.push(await timeMove(cell, -STEP));
  }
  return times;
}

function timeMove(cell: Locator, by: number): Promise<MoveTimes> {
  return cell.evaluate(async (element, by) => {
    const slider = element.querySelector<HTMLInputElement>('.knob-slider');
    const results = element.querySelector('.cell-results');
    if (!slider || !results) throw new Error(`${element.id} has no slider, or no results`);
    const value = String(slider.valueAsNumber + by);
    const configs = (): string => results.querySelector('.report-config')?.textContent ?? '';
    if (configs().includes(value)) throw new Error(`${element.id} shows ${value} before the move`);
    let start = 0;
    const drawn = new Promise<number>((done, fail) => {
      const look = (): void => {
        if (configs().includes(value)) done(performance.now() - start);
        const { state } = (element as HTMLElement).dataset;
        if (state === 'failed') fail(new Error(`${element.id} failed: ${element.textContent}`));
      };
      const options = { childList: true, subtree: true, attributes: true };
      new MutationObserver(look).observe(element, options);
      setTimeout(
        () => fail(new Error(`${element.id} shows nothing of ${value} after 30 s`)),
        30_000,
      );
    });
    slider.value = value;
    start = performance.now();
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    const drawnMs = await drawn;
    await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
    return { drawnMs, shownMs: performance.now() - start };
  }, by);
}

/** The median of every move, against the budget. */
export function knobReport(times: readonly MoveTimes[], milliseconds: number) {
  const median = (values: readonly number[]): number =>
    Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN);
  const medianMs = median(times.map(({ shownMs }) => shownMs));
  return {
    moves: times.map(({ drawnMs, shownMs }) => [Math.round(drawnMs), Math.round(shownMs)]),
    drawnMs: median(times.map(({ drawnMs }) => drawnMs)),
    medianMs,
    budgetMs: milliseconds,
    within: medianMs <= milliseconds,
  };
}
