import { isTyping, registerKeys } from './keys.ts';
import { cellsAbove, cellsOfPage, type Runnable, runCells, stopCells } from './sequence.ts';

registerKeys(async () => (await import('./key-words.ts')).CELL_KEYS);

/** What has a use of its own for Enter: a search goes back with Shift, and replaces with Ctrl+Alt. */
const OWN_ENTER = 'dialog, .find-widget, .rename-box, .plain-find';

/** A cell's keys. They hold in its editor too, and are taken before the editor sees them. */
export function listenToKeys(cell: Runnable): void {
  cell.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      const ctrl = event.ctrlKey || event.metaKey;
      if (event.target instanceof Element && event.target.closest(OWN_ENTER)) return;
      if (ctrl && event.shiftKey) void runCells(cellsOfPage());
      else if (ctrl && event.altKey) void runCells(cellsAbove(cell));
      else if (ctrl) void cell.start();
      else if (event.shiftKey && !event.altKey) runAndGoOn(cell);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
}

function runAndGoOn(cell: Runnable): void {
  void cell.start();
  const all = cellsOfPage();
  const next = all[all.indexOf(cell) + 1];
  const code = next?.querySelector<HTMLElement>('.cell-code:not([hidden])');
  (code ?? next?.querySelector<HTMLElement>('.cell-edit'))?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

/** Escape stops whatever cell is running; in an editor it leaves the editor. */
export function listenToStop(): void {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || isTyping(event.target)) return;
    if (document.querySelector('dialog[open], details[open].cell-more')) return;
    stopCells();
    for (const sheet of document.querySelectorAll<Runnable>('two-cell, two-exercise')) sheet.stop();
  });
}
