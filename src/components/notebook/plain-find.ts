import { h } from './dom.ts';
import { findNext } from './plain-text.ts';

/** Finding in the plain editor's file: a field, the next place, how many there are. */
export class PlainFind {
  readonly bar: HTMLElement;
  #area: HTMLTextAreaElement;
  #field = h('input', {
    type: 'search',
    class: 'plain-find-field',
    'aria-label': 'Find in this file',
  });
  #count = h('span', { role: 'status', class: 'plain-find-count' });

  constructor(area: HTMLTextAreaElement) {
    this.#area = area;
    const next = h('button', { type: 'button' }, 'Next');
    const close = h('button', { type: 'button', 'aria-label': 'Close the search' }, '×');
    this.bar = h(
      'div',
      { class: 'plain-find', role: 'search', hidden: true },
      this.#field,
      next,
      this.#count,
      close,
    );
    this.#field.addEventListener('input', () => this.#show(0));
    next.addEventListener('click', () => this.#show(this.#area.selectionEnd));
    close.addEventListener('click', () => this.#close());
    this.bar.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#close();
      else if (event.key === 'Enter' && event.target === this.#field)
        this.#show(this.#area.selectionEnd);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  open(): void {
    this.bar.hidden = false;
    this.#field.focus();
    this.#field.select();
  }

  #close(): void {
    this.bar.hidden = true;
    this.#area.focus();
  }

  /** Selects the next place. The selection of a field that has no focus shows in few browsers; the caret stays. */
  #show(from: number): void {
    const words = this.#field.value;
    const { value } = this.#area;
    const at = findNext(value, words, from);
    const all = words === '' ? 0 : value.toLowerCase().split(words.toLowerCase()).length - 1;
    if (at < 0) {
      this.#count.textContent = words === '' ? '' : 'not in this file';
      return;
    }
    this.#area.setSelectionRange(at, at + words.length);
    const line = value.slice(0, at).split('\n').length;
    this.#area.scrollTop = ((line - 3) * this.#area.scrollHeight) / value.split('\n').length;
    this.#count.textContent = `line ${line}, ${all} in all`;
  }
}
