import { h } from './dom.ts';

/** One button of the editor's row. */
export interface Tool {
  name: string;
  words: string;
  /** What a screen reader says, where the words are short. */
  label?: string;
  pressed?: boolean;
  disabled?: boolean;
  act(): void;
}

/** The row of buttons over the editor. Drawn anew with every change; the focus stays on the same button. */
export class Tools {
  readonly element = h('div', { class: 'editor-tools', role: 'group', 'aria-label': 'Editor' });
  #refocus: () => void;

  /** `refocus` takes the focus when the button that had it is no longer of use. */
  constructor(refocus: () => void) {
    this.#refocus = refocus;
  }

  show(tools: readonly Tool[]): void {
    const { activeElement } = document;
    const focused = this.element.contains(activeElement) ? activeElement?.className : undefined;
    this.element.replaceChildren(...tools.map(button));
    if (focused === undefined) return;
    const again = [...this.element.querySelectorAll('button')].find(
      ({ className, disabled }) => className === focused && !disabled,
    );
    if (again) again.focus();
    else this.#refocus();
  }
}

function button({ name, words, label, pressed, disabled, act }: Tool): HTMLElement {
  const node = h(
    'button',
    {
      type: 'button',
      class: `editor-${name}`,
      'aria-label': label,
      'aria-pressed': pressed === undefined ? undefined : String(pressed),
      disabled,
    },
    words,
  );
  node.addEventListener('click', act);
  return node;
}
