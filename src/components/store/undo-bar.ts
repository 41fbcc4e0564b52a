import { h } from '../notebook/dom.ts';
import { barOf, foot } from './notice.ts';
import { applyUndo, dropUndo, type Undo } from './undo.ts';

let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows the way back: in the cell when it concerns one, at the foot of the window otherwise. */
export function showUndo({ words, until, before }: Undo): void {
  clearTimeout(timer);
  for (const old of document.querySelectorAll('.kept-undo')) old.remove();
  const back = h('button', { type: 'button' }, 'Undo');
  const bar = barOf(words, [back]);
  bar.classList.add('kept-undo');
  bar.setAttribute('role', 'status');
  const sheet = sheetOf(Object.keys(before));
  back.addEventListener('click', () => {
    applyUndo();
    // The bar and its focus are gone.
    sheet?.querySelector<HTMLElement>('.cell-edit')?.focus();
  });
  bar.querySelector('.kept-close')?.addEventListener('click', dropUndo);
  if (sheet) sheet.querySelector('.cell-bar')?.after(bar);
  else foot().append(bar);
  expire(bar, until);
}

/** Goes when its time is over, but never from under the reader's fingers. */
function expire(bar: HTMLElement, until: number): void {
  timer = setTimeout(
    () => {
      if (bar.matches(':hover, :focus-within')) expire(bar, Date.now() + 5_000);
      else dropUndo();
    },
    Math.max(0, until - Date.now()),
  );
}

function sheetOf(names: readonly string[]): HTMLElement | undefined {
  const [, kind, lesson, name] = /^(cell|exercise):([^/]+)\/(.+)$/.exec(names[0] ?? '') ?? [];
  if (names.length !== 1 || !kind || !lesson || !name) return undefined;
  const found = document.getElementById(`${kind}-${name}`);
  return found?.dataset.lesson === lesson ? found : undefined;
}
