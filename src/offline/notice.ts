import { h } from '../components/notebook/dom.ts';
import { addStyle } from '../lib/style.ts';
import css from './notice.css?inline';
import { ask, takeOver } from './page.ts';

addStyle(css);

/** One quiet line at the foot of the window: a newer version is ready, and the reader may choose when. */
export function showNotice(): void {
  if (document.querySelector('.version-notice')) return;
  const words = h('span', {}, 'A newer version of the course is ready. ');
  const use = h('button', { type: 'button' }, 'Use it now');
  const later = h('button', { type: 'button' }, 'Later');
  const notice = h('div', { class: 'version-notice', role: 'status' });
  document.body.append(notice);
  // A live region says what comes into it, not what it came with.
  notice.append(words, use, later);
  use.addEventListener('click', () => void takeOver());
  later.addEventListener('click', () => notice.remove());
  void ask({ ask: 'update' }).then(({ open }) => {
    if (open > 1) use.textContent = `Use it now: reloads ${open} open pages`;
  });
}
