import { addStyle } from '../../lib/style.ts';
import { h } from '../notebook/dom.ts';
import css from './notice.css?inline';
import type { Trouble } from './trouble.ts';

addStyle(css);

const WORDS: Record<Trouble, string> = {
  full: 'This browser has no room left for the course. What you change now stays only while this page is open.',
  blocked:
    'This browser does not let the course keep anything. What you change stays only while this page is open.',
  unreadable:
    'Something kept in this browser could not be read. It was put aside, and a downloaded file has it.',
};

/** Shows a notice at the foot of the page, until the reader closes it. */
export function showTrouble(trouble: Trouble): void {
  const download = h('button', { type: 'button' }, 'Download your work');
  const notice = barOf(WORDS[trouble], [download]);
  download.addEventListener('click', () => {
    void import('../progress/export.ts').then(({ downloadWork }) => downloadWork());
  });
  foot().append(notice);
}

/** A line of words with buttons, and one that closes it. */
export function barOf(words: string, buttons: HTMLButtonElement[]): HTMLElement {
  const close = h('button', { type: 'button', class: 'kept-close' }, 'Close');
  const line = h('p');
  const bar = h('div', { class: 'kept-bar' }, line, ...buttons, close);
  close.addEventListener('click', () => bar.remove());
  // A live region announces words that come after it has come itself.
  setTimeout(() => line.append(words));
  return bar;
}

/** Where notices of the whole page stand: a polite live region at the foot of the window. */
export function foot(): HTMLElement {
  const found = document.querySelector<HTMLElement>('.kept-foot');
  if (found) return found;
  const made = h('section', { class: 'kept-foot', role: 'status', 'aria-label': 'Your work' });
  document.body.append(made);
  return made;
}
