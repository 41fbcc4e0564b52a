import { addStyle } from '../../lib/style.ts';
import { h } from './dom.ts';
import css from './keys.css?inline';
import type { KeyAction } from './keys.ts';

addStyle(css);

/** `Ctrl+Enter` as the keys that it is. */
function combination(keys: string): HTMLElement {
  const parts = keys.split('+').flatMap((key, index) => [...(index > 0 ? ['+'] : []), key]);
  return h(
    'span',
    { class: 'keys-one' },
    ...parts.map((key, index) => (index % 2 === 0 ? h('kbd', {}, key) : key)),
  );
}

function line({ keys, does }: KeyAction): HTMLElement {
  const ways = keys.flatMap((way, index) => [...(index > 0 ? [' or '] : []), combination(way)]);
  return h('div', {}, h('dt', {}, ...ways), h('dd', {}, does));
}

/** A dialog with every action, grouped by where it holds. Closing it gives the focus back. */
export function openList(actions: readonly KeyAction[]): void {
  const places = [...new Set(actions.map(({ where }) => where))];
  const close = h('button', { type: 'submit' }, 'Close');
  const dialog = h(
    'dialog',
    { class: 'keys', 'aria-labelledby': 'keys-title' },
    h('form', { method: 'dialog' }, h('h2', { id: 'keys-title' }, 'Keys'), close),
    h(
      'div',
      { class: 'keys-groups' },
      ...places.map((place) => {
        const here = actions.filter(({ where }) => where === place);
        return h('section', {}, h('h3', {}, place), h('dl', {}, ...here.map(line)));
      }),
    ),
  );
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
