import { part } from './dom.ts';
import { showKeys } from './keys.ts';
import { cellsOfPage, runCells, SEQUENCE, stopCells } from './sequence.ts';

/** `<run-all>`: runs every cell of the page from the top, and says how far it has come. */
export class RunAll extends HTMLElement {
  connectedCallback(): void {
    const run = part(this, '.run-all-start');
    const stop = part(this, '.run-all-stop');
    const status = part(this, '.run-all-status');
    run.addEventListener('click', () => void runCells(cellsOfPage()));
    stop.addEventListener('click', () => stopCells());
    part(this, '.run-all-keys').addEventListener('click', () => void showKeys());
    document.addEventListener(SEQUENCE, (event) => {
      const { running, words } = (event as CustomEvent<{ running: boolean; words: string }>).detail;
      const focused = document.activeElement;
      stop.hidden = !running;
      run.hidden = running;
      status.textContent = words;
      if (focused === run && running) stop.focus();
      if (focused === stop && !running) run.focus();
    });
  }
}
