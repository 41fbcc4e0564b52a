import { part } from './dom.ts';
import { cellsAbove, cellsOfPage, type Runnable, runCells } from './sequence.ts';

/** The compact menu of a cell's bar. Closes like a menu: with Escape, and when the focus or a press is elsewhere. */
export function setUpMenu(cell: Runnable): void {
  const menu = part<HTMLDetailsElement>(cell, '.cell-more');
  const choose = (selector: string, cells: () => Runnable[]): void =>
    part(menu, selector).addEventListener('click', () => {
      menu.open = false;
      part(menu, 'summary').focus();
      void runCells(cells());
    });
  part<HTMLButtonElement>(menu, '.run-above').disabled = cellsAbove(cell).length === 0;
  choose('.run-above', () => cellsAbove(cell));
  choose('.run-every', cellsOfPage);
  part(menu, '.cell-share').addEventListener('click', () => {
    menu.open = false;
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    part(menu, 'summary').focus();
  });
  menu.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.open = false;
  });
  document.addEventListener('pointerdown', ({ target }) => {
    if (target instanceof Node && !menu.contains(target)) menu.open = false;
  });
}
