import type { Runner } from '../../../sandbox/runner/index.ts';
import { h } from './dom.ts';

/** Lets the reader choose a file of the machine or the lab. Resolves with its path, or undefined on Escape. */
export async function chooseMachineFile(
  runner: Runner,
  host: HTMLElement,
  edited: ReadonlySet<string>,
): Promise<string | undefined> {
  const all = Object.keys(await runner.assets.sources());
  const paths = ['sandbox/machine/', 'sandbox/lab/'].flatMap((folder) =>
    all.filter((path) => path.startsWith(folder)).sort(),
  );
  const filter = h('input', {
    type: 'search',
    class: 'machine-filter',
    'aria-label': 'Part of a file name',
    placeholder: 'Part of a file name',
  });
  const list = h('ul', { class: 'machine-list' });
  const cancel = h('button', { type: 'button', class: 'machine-cancel' }, 'Cancel');
  const dialog = h(
    'dialog',
    { class: 'machine-files', 'aria-label': 'Open a file of the machine' },
    filter,
    list,
    cancel,
  );
  const draw = (): void => {
    const words = filter.value.toLowerCase().split(/\s+/);
    const shown = paths.filter((path) => words.every((word) => path.toLowerCase().includes(word)));
    list.replaceChildren(...shown.map((path) => item(path, edited.has(path), dialog)));
  };
  filter.addEventListener('input', draw);
  filter.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    // The focus goes back to the button behind the dialog, which this key must not press again.
    event.preventDefault();
    list.querySelector('button')?.click();
  });
  cancel.addEventListener('click', () => dialog.close());
  draw();
  host.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue || undefined);
    });
  });
}

function item(path: string, edited: boolean, dialog: HTMLDialogElement): HTMLElement {
  const button = h(
    'button',
    { type: 'button' },
    path.replace(/^sandbox\//, ''),
    edited ? ' (edited)' : '',
  );
  button.addEventListener('click', () => dialog.close(path));
  return h('li', {}, button);
}
