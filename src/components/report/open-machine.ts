import { addStyle } from '../../lib/style.ts';
import { h } from './dom.ts';
import css from './open-machine.css?inline';

addStyle(css);

/**
 * “Open in the machine” for a class or function of it. It is seen only where the page around it can open one
 * and says so with `data-can-open-machine`; the event bubbles from the button.
 */
export function openMachine(name: string | undefined): HTMLElement | undefined {
  if (!name) return undefined;
  const button = h(
    'button',
    { type: 'button', class: 'open-machine', 'aria-label': `Open in the machine: ${name}` },
    'Open in the machine',
  );
  button.addEventListener('click', () =>
    button.dispatchEvent(new CustomEvent('two-open-machine', { bubbles: true, detail: { name } })),
  );
  return button;
}
