import type { EditorPlace, EditorProblem } from '../../../sandbox/runner/editor/types.ts';
import { h } from './dom.ts';

const MOST = 50;

/**
 * What is wrong with the code, in one line that is always there, so that nothing below jumps: how much there
 * is, and the first of it. All of it is a list that opens.
 */
export class Problems {
  readonly element: HTMLElement;
  #count = h('span', { class: 'editor-count', role: 'status' });
  #first = h('span', { class: 'editor-first' });
  #toggle = h('button', {
    type: 'button',
    class: 'editor-all',
    'aria-expanded': 'false',
    hidden: true,
  });
  #list = h('ul', { class: 'editor-list', hidden: true });
  #go: (place: EditorPlace) => void;
  #own: string;

  constructor(own: string, go: (place: EditorPlace) => void) {
    this.#own = own;
    this.#go = go;
    this.element = h(
      'div',
      { class: 'editor-problems', role: 'group', 'aria-label': 'Problems' },
      h('p', { class: 'editor-summary' }, this.#count, this.#first, this.#toggle),
      this.#list,
    );
    this.#toggle.addEventListener('click', () => this.#open(this.#list.hidden !== false));
  }

  /** The text is newer than what is said of it. */
  wait(): void {
    this.element.setAttribute('aria-busy', 'true');
  }

  say(words: string): void {
    this.#count.textContent = words;
    this.#first.replaceChildren();
    this.#toggle.hidden = true;
    this.#open(false);
  }

  show(problems: readonly EditorProblem[], files: number): void {
    this.element.removeAttribute('aria-busy');
    const errors = problems.filter(({ severity }) => severity === 'error');
    const sorted = [...errors, ...problems.filter(({ severity }) => severity !== 'error')];
    const words = counts(errors.length, problems.length - errors.length);
    const where = files > 1 ? ` in ${files} files` : '';
    this.#count.textContent = words === '' ? `No problems${where}.` : `${words}${where}`;
    const [first] = sorted;
    const kept = this.#focused();
    this.#first.replaceChildren(...(first ? [this.#button(first)] : []));
    this.#toggle.hidden = sorted.length < 2;
    if (sorted.length < 2) this.#open(false);
    else this.#open(this.#list.hidden === false);
    this.#list.replaceChildren(
      ...sorted.slice(0, MOST).map((problem) => h('li', {}, this.#button(problem))),
      ...(sorted.length > MOST ? [h('li', {}, `and ${sorted.length - MOST} more`)] : []),
    );
    if (kept !== undefined) this.#refocus(kept);
  }

  #focused(): number | undefined {
    const all = [...this.element.querySelectorAll('button')];
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    return at < 0 ? undefined : at;
  }

  /** The list was drawn anew under the reader's feet. */
  #refocus(at: number): void {
    const all = [...this.element.querySelectorAll<HTMLElement>('button')].filter(
      (button) => button.checkVisibility?.() ?? true,
    );
    (all[Math.min(at, all.length - 1)] ?? this.#count).focus();
  }

  #open(open: boolean): void {
    this.#list.hidden = !open;
    // The list begins with it.
    this.#first.hidden = open;
    this.#toggle.setAttribute('aria-expanded', String(open));
    this.#toggle.textContent = open ? 'Hide the list' : 'Show all';
  }

  #button(problem: EditorProblem): HTMLElement {
    const { file, line, severity, text } = problem;
    const where = file === this.#own ? `line ${line}` : `${file.split('/').at(-1)} line ${line}`;
    const button = h(
      'button',
      {
        type: 'button',
        class: 'editor-problem',
        'data-severity': severity,
        title: `${file}, line ${line}`,
      },
      `${severity === 'warning' ? 'warning, ' : ''}${where}: ${text}`,
    );
    button.addEventListener('click', () => this.#go(problem));
    return button;
  }
}

function counts(errors: number, warnings: number): string {
  const words = (count: number, one: string): string[] =>
    count === 0 ? [] : [`${count} ${one}${count > 1 ? 's' : ''}`];
  return [...words(errors, 'error'), ...words(warnings, 'warning')].join(', ');
}
