import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import css from '@xterm/xterm/css/xterm.css?inline';
import { h } from '../report/dom.ts';

const MOST_LINES = 2000;
const FONT_SIZE = 13;
/** On a panel narrower than so many pixels. */
const NARROW = 380;
const SMALL_FONT = 11;
const HELP = 'linux-terminal-help';

/** The guest's serial line, in xterm.js. Escape and then Tab lead out of it. */
export class TerminalView {
  #terminal: Terminal;
  #fit = new FitAddon();
  #themes: MutationObserver;
  #sizes: ResizeObserver;
  #escaped = false;

  /** Waits for the font: the terminal measures it once. */
  static async open(parent: HTMLElement, typed: (text: string) => void): Promise<TerminalView> {
    await document.fonts.load(`${FONT_SIZE}px ${monospace(parent)}`).catch(() => []);
    return new TerminalView(parent, typed);
  }

  private constructor(parent: HTMLElement, typed: (text: string) => void) {
    const screen = h('div', { class: 'linux-terminal' });
    const aloud = h('input', { type: 'checkbox', id: 'linux-aloud' });
    parent.append(
      h('style', {}, css),
      h(
        'p',
        { class: 'linux-help', id: HELP },
        'What you type goes to the guest. ',
        h('kbd', {}, 'Esc'),
        ' and then ',
        h('kbd', {}, 'Tab'),
        ' leaves the terminal. ',
        h('label', { for: 'linux-aloud' }, aloud, ' Screen reader mode'),
      ),
      h('div', { class: 'linux-screen' }, screen),
    );
    this.#terminal = new Terminal({
      fontFamily: monospace(parent),
      fontSize: parent.clientWidth < NARROW ? SMALL_FONT : FONT_SIZE,
      lineHeight: 1.15,
      scrollback: MOST_LINES,
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      theme: themeOf(parent),
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.open(screen);
    this.#fit.fit();
    this.#terminal.onData(typed);
    this.#terminal.attachCustomKeyEventHandler((event) => this.#mayTake(event));
    this.#terminal.textarea?.setAttribute('aria-label', 'Terminal of the guest');
    this.#terminal.textarea?.setAttribute('aria-describedby', HELP);
    aloud.addEventListener('change', () => {
      this.#terminal.options.screenReaderMode = aloud.checked;
    });
    this.#themes = new MutationObserver(() => {
      this.#terminal.options.theme = themeOf(parent);
    });
    this.#themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    this.#sizes = new ResizeObserver(() => this.#fit.fit());
    this.#sizes.observe(screen);
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  write(bytes: Uint8Array): void {
    this.#terminal.write(bytes);
  }

  focus(): void {
    this.#terminal.focus();
  }

  close(): void {
    this.#themes.disconnect();
    this.#sizes.disconnect();
    this.#terminal.dispose();
  }

  /** Tab right after Escape is the browser's. */
  #mayTake(event: KeyboardEvent): boolean {
    if (event.type !== 'keydown' || event.key === 'Shift') return true;
    const leaves = event.key === 'Tab' && this.#escaped;
    this.#escaped = event.key === 'Escape';
    return !leaves;
  }
}

/** The terminal measures text on a canvas, which knows no custom properties. */
const monospace = (element: Element): string =>
  getComputedStyle(element).getPropertyValue('--mono').trim() || 'monospace';

function themeOf(element: Element): Record<string, string> {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    background: token('--panel'),
    foreground: token('--ink'),
    cursor: token('--ink'),
    cursorAccent: token('--panel'),
    selectionBackground: token('--line-strong'),
  };
}
