import type { Outcome } from '../../../sandbox/runner/index.ts';

/** A cell, as a run of several sees it. */
export interface Runnable extends HTMLElement {
  readonly file: string;
  start(): Promise<Outcome>;
  stop(): void;
}

let current: { over: boolean; cell?: Runnable } | undefined;

/** Sent by the document when a run of several begins or ends, with the words to say. */
export const SEQUENCE = 'two-sequence';

function tell(running: boolean, words: string): void {
  document.dispatchEvent(new CustomEvent(SEQUENCE, { detail: { running, words } }));
}

/** Every cell of the page, from the top. */
export function cellsOfPage(): Runnable[] {
  return [...document.querySelectorAll<Runnable>('two-cell')];
}

/** The cells of the page before `cell`. */
export function cellsAbove(cell: Runnable): Runnable[] {
  const all = cellsOfPage();
  return all.slice(0, Math.max(0, all.indexOf(cell)));
}

/**
 * Runs cells one after the other, so that each finds what the ones before it left. It ends where one fails
 * or is stopped, and when another such run begins.
 */
export async function runCells(cells: readonly Runnable[]): Promise<void> {
  stopCells();
  const mine: { over: boolean; cell?: Runnable } = { over: false };
  current = mine;
  for (const [index, cell] of cells.entries()) {
    tell(true, `Running ${cell.file}, ${index + 1} of ${cells.length} …`);
    mine.cell = cell;
    const outcome = await cell.start();
    if (current !== mine) return;
    if (outcome === 'done' && !mine.over) continue;
    current = undefined;
    const ran = `${index} of ${cells.length} cells ran`;
    if (outcome === 'failed') {
      cell.scrollIntoView({ block: 'nearest' });
      return tell(false, `${cell.file} failed; ${ran}.`);
    }
    return tell(false, `Stopped at ${cell.file}; ${ran}.`);
  }
  current = undefined;
  tell(false, cells.length === 1 ? 'The cell ran.' : `All ${cells.length} cells ran.`);
}

/** Ends the run of several that is going on, and the cell that it has come to. False when there is none. */
export function stopCells(): boolean {
  if (!current) return false;
  current.over = true;
  current.cell?.stop();
  return true;
}
