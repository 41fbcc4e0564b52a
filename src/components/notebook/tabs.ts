import { h } from './dom.ts';

export interface TabFile {
  file: string;
  edited: boolean;
  /** Whether the tab can be closed: a machine file, not a cell. */
  closable: boolean;
}

/** The open files as tabs: arrows move between them, Delete closes one. */
export class Tabs {
  readonly list = h('div', {
    role: 'tablist',
    class: 'editor-tablist',
    'aria-label': 'Open files',
  });
  /** `byKey`: by an arrow, which walks on through the tabs. */
  #select: (file: string, byKey: boolean) => void;
  #close: (file: string) => void;

  constructor(select: (file: string, byKey: boolean) => void, close: (file: string) => void) {
    this.#select = select;
    this.#close = close;
    this.list.addEventListener('keydown', (event) => this.#key(event));
  }

  show(files: readonly TabFile[], current: string): void {
    const focused = this.list.contains(document.activeElement);
    this.list.replaceChildren(...files.map((file) => this.#tab(file, file.file === current)));
    const selected = this.list.querySelector<HTMLElement>('[aria-selected="true"]');
    if (focused) selected?.focus();
    // Within the row only: the page stays where it is.
    if (selected) this.list.scrollLeft = selected.offsetLeft - this.list.offsetLeft - 32;
  }

  #tab({ file, edited, closable }: TabFile, selected: boolean): HTMLElement {
    const words = file.split('/').at(-1) ?? file;
    const tab = h(
      'button',
      {
        type: 'button',
        role: 'tab',
        class: 'editor-tab',
        'aria-selected': String(selected),
        tabindex: selected ? 0 : -1,
        title: closable ? `${file} (Delete closes it)` : file,
        'data-file': file,
        'data-closable': closable,
      },
      words,
      ...(edited ? [h('span', { class: 'editor-tab-edited' }, ' edited')] : []),
    );
    tab.addEventListener('click', () => this.#select(file, false));
    return tab;
  }

  #key(event: KeyboardEvent): void {
    const all = [...this.list.querySelectorAll<HTMLElement>('[role=tab]')];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const tab = all[at];
    if (!tab) return;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const next = all[(to + all.length) % all.length];
      next?.focus();
      this.#select(next?.dataset.file ?? '', true);
    } else if (event.key === 'Delete' && tab.dataset.closable !== undefined) {
      event.preventDefault();
      this.#close(tab.dataset.file ?? '');
    }
  }
}
