import type { StreamLine } from '../../../sandbox/linux/protocol.ts';
import { glyph } from '../report/actors.ts';
import { h } from '../report/dom.ts';
import { number } from '../report/format.ts';

/** Lines that stay on the page. */
const MOST_LINES = 240;

/** The accesses as they happen, the newest last, each one marked as the intercept that it is. */
export class StreamView {
  readonly element: HTMLElement;
  #list = h('ol', { class: 'linux-lines', tabindex: 0, 'aria-label': 'Accesses, the newest last' });
  #unseen = h('p', { class: 'linux-unseen', hidden: true });

  constructor() {
    this.element = h(
      'section',
      { class: 'linux-stream', 'aria-label': 'What the driver does to the adapter' },
      h(
        'p',
        { class: 'linux-help' },
        'Each access, as the driver makes it: ',
        h('span', { class: 'linux-intercept' }, glyph('hypervisor'), 'the intercept'),
        ', register, value, and what it says.',
      ),
      this.#list,
      this.#unseen,
    );
  }

  /** @param unseen lines in all that came too fast @param anew drops what is shown */
  add(lines: readonly StreamLine[], unseen: number, anew: boolean): void {
    if (anew) this.#list.replaceChildren();
    const list = this.#list;
    const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 40;
    list.append(...lines.slice(-MOST_LINES).map(lineElement));
    while (list.childElementCount > MOST_LINES) list.firstElementChild?.remove();
    if (isAtEnd) list.scrollTop = list.scrollHeight;
    this.#unseen.hidden = unseen === 0;
    if (unseen > 0)
      this.#unseen.textContent = `${number(unseen)} lines came too fast to be shown; all are counted.`;
  }
}

function lineElement(line: StreamLine): HTMLElement {
  const { at, write, register, value, meaning, intercept, count } = line;
  const many = count > 1 ? `${number(count)} accesses` : '';
  return h(
    'li',
    { 'data-write': write },
    h('span', { class: 'line-time' }, (at / 1e6).toFixed(6)),
    h(
      'span',
      { class: 'line-intercept', 'data-actor': 'hypervisor' },
      glyph('hypervisor'),
      intercept,
    ),
    h('span', { class: 'line-register' }, register),
    h('span', { class: 'line-value' }, value && `${write ? '←' : '='} ${value}`),
    h('span', { class: 'line-meaning' }, meaning),
    h('span', { class: 'line-count' }, many),
  );
}
