import { h } from './dom.ts';
import type { NamedPlace } from './names.ts';

interface Choice {
  /** What is answered when it is taken. */
  value: string;
  words: string;
  /** A second line. */
  note?: string;
}

/** Lets the reader choose a file of the machine or the lab. Resolves with its path, or undefined on Escape. */
export function chooseMachineFile(
  sources: Record<string, string>,
  host: HTMLElement,
  edited: ReadonlySet<string>,
): Promise<string | undefined> {
  const all = Object.keys(sources);
  const paths = ['sandbox/machine/', 'sandbox/lab/'].flatMap((folder) =>
    all.filter((path) => path.startsWith(folder)).sort(),
  );
  return choose(
    host,
    'Open a file of the machine',
    paths.map((path) => ({
      value: path,
      words: short(path) + (edited.has(path) ? ' (edited)' : ''),
    })),
  );
}

/** Lets the reader choose one of several places that have a name. */
export async function choosePlace(
  host: HTMLElement,
  name: string,
  places: readonly NamedPlace[],
): Promise<NamedPlace | undefined> {
  const chosen = await choose(
    host,
    `Where the machine has “${name}”`,
    places.map(({ file, line, text }, index) => ({
      value: String(index),
      words: `${short(file)} line ${line}`,
      note: text,
    })),
  );
  return chosen === undefined ? undefined : places[Number(chosen)];
}

const short = (path: string): string => path.replace(/^sandbox\//, '');

function choose(
  host: HTMLElement,
  title: string,
  choices: readonly Choice[],
): Promise<string | undefined> {
  const filter = h('input', {
    type: 'search',
    class: 'machine-filter',
    'aria-label': 'Part of a name',
    placeholder: 'Part of a name',
  });
  const list = h('ul', { class: 'machine-list' });
  const cancel = h('button', { type: 'button', class: 'machine-cancel' }, 'Cancel');
  const dialog = h(
    'dialog',
    { class: 'machine-files', 'aria-label': title },
    h('p', { class: 'machine-title' }, title),
    filter,
    list,
    cancel,
  );
  const draw = (): void => {
    const words = filter.value.toLowerCase().split(/\s+/);
    const shown = choices.filter((choice) =>
      words.every((word) => `${choice.words} ${choice.note ?? ''}`.toLowerCase().includes(word)),
    );
    list.replaceChildren(...shown.map((choice) => item(choice, dialog)));
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

function item({ value, words, note }: Choice, dialog: HTMLDialogElement): HTMLElement {
  const button = h(
    'button',
    { type: 'button' },
    words,
    ...(note ? [h('span', { class: 'machine-note' }, note)] : []),
  );
  button.addEventListener('click', () => dialog.close(value));
  return h('li', {}, button);
}
