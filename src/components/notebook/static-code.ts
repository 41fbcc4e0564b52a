import { labImports } from '../../../sandbox/runner/imports.ts';
import { h, part } from './dom.ts';

/**
 * The block of code as it stands in the page: highlighted while it is the lesson's text, plain lines once it
 * is the reader's. Names that come from the lab lead to where they are defined.
 */
export class StaticCode {
  /** The lesson's text. */
  #original: string;
  #host: HTMLElement;
  #lesson: Node[];
  #openName: (name: string) => void;

  constructor(host: HTMLElement, openName: (name: string) => void) {
    this.#host = host;
    this.#openName = openName;
    const code = part(host, 'code');
    this.#original = code.textContent?.trim() ?? '';
    this.#lesson = [...code.childNodes].map((node) => node.cloneNode(true));
    const whenIdle = window.requestIdleCallback ?? ((then) => setTimeout(then, 200));
    whenIdle(() => this.#link());
  }

  get original(): string {
    return this.#original;
  }

  /** Another text takes the place of the lesson's, and is shown if `shown`. */
  standOn(text: string, shown: boolean): void {
    this.#original = text.trim();
    this.#lesson = lines(text);
    if (shown) this.show(text);
  }

  set hidden(hidden: boolean) {
    this.#host.hidden = hidden;
  }

  get height(): number {
    return this.#host.offsetHeight;
  }

  /** The code once more, to look at while the editor loads. */
  copy(): Node {
    const copy = part(this.#host, 'pre').cloneNode(true) as HTMLElement;
    copy.removeAttribute('tabindex');
    const box = h('div', { class: 'cell-code', inert: true }, copy);
    box.scrollTop = this.#host.scrollTop;
    return box;
  }

  focus(): void {
    this.#host.focus({ preventScroll: true });
    this.#host.querySelector('.line.is-error')?.scrollIntoView({ block: 'center' });
  }

  show(text: string): void {
    const block = part(this.#host, 'code');
    if (block.textContent?.trim() === text.trim()) return;
    if (text.trim() === this.original)
      block.replaceChildren(...this.#lesson.map((node) => node.cloneNode(true)));
    else block.replaceChildren(...lines(text));
    this.#link();
  }

  markLine(line: number | undefined): void {
    for (const marked of this.#host.querySelectorAll('.is-error'))
      marked.classList.remove('is-error');
    if (line !== undefined)
      this.#host.querySelectorAll('.line')[line - 1]?.classList.add('is-error');
  }

  /** Makes a button of every name that is imported from the lab; the first of each is in the order of Tab. */
  #link(): void {
    const code = part(this.#host, 'code');
    const names = labImports([code.textContent ?? '']) ?? [];
    if (names.length === 0 || code.querySelector('.code-name')) return;
    const pattern = new RegExp(`(?<![\\w$.'"])(${names.map(escaped).join('|')})(?![\\w$'"]|\\s*:)`);
    const seen = new Set<string>();
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts) {
      const pieces = text.data.split(pattern);
      if (pieces.length < 2) continue;
      text.replaceWith(
        ...pieces.map((piece, index) => (index % 2 ? this.#name(piece, seen) : piece)),
      );
    }
  }

  #name(name: string, seen: Set<string>): HTMLElement {
    // No real button: the text of one is left out of what a reader selects and copies.
    const node = h(
      'span',
      {
        class: 'code-name',
        role: 'button',
        tabindex: seen.has(name) ? -1 : 0,
        title: `Open the definition of ${name}`,
      },
      name,
    );
    seen.add(name);
    node.addEventListener('click', () => {
      if (getSelection()?.isCollapsed ?? true) this.#openName(name);
    });
    node.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      this.#openName(name);
    });
    return node;
  }
}

/** Plain lines, each an element of its own. */
function lines(text: string): Node[] {
  const all = text.replace(/\n$/, '').split('\n');
  return all.flatMap((line, index) => [
    ...(index > 0 ? [document.createTextNode('\n')] : []),
    h('span', { class: 'line' }, line),
  ]);
}

const escaped = (name: string): string => name.replaceAll('$', '\\$');
