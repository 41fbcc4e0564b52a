import type { Editor, EditorProblem } from '../../../sandbox/runner/editor/main.ts';
import type { Runner } from '../../../sandbox/runner/index.ts';
import { h } from './dom.ts';
import { openEditor } from './editor.ts';
import { read, write } from './store.ts';

export interface PaneOptions {
  runner: Runner;
  host: HTMLElement;
  /** The cell's own file, which cannot be closed. */
  file: string;
  folder: string;
  onChange(file: string, text: string): void;
  /** The reader wants the original of an opened machine file back. */
  onReset(file: string): void;
  onLeave(): void;
  onRun(): void;
}

const MOST_PROBLEMS = 5;

/** The open editor of a cell: tabs, the editor itself, how to leave it, and what is wrong with the code. */
export class Pane {
  #options: PaneOptions;
  #tabs = h('div', { class: 'editor-tabs', hidden: true });
  #surface = h('div', { class: 'editor-host' });
  #help = h('p', { class: 'editor-help' });
  #problems = h('p', { class: 'editor-problems', role: 'status', hidden: true });
  #editor: Promise<Editor>;
  #files: string[];
  #current: string;
  #tabMovesFocus = read<boolean>('tab-moves-focus') ?? false;

  /** `text` is the cell's text; `provided` are other files to take types from. */
  constructor(options: PaneOptions, text: string, provided: Record<string, string>) {
    this.#options = options;
    this.#files = [options.file];
    this.#current = options.file;
    options.host.replaceChildren(this.#tabs, this.#surface, this.#help, this.#problems);
    options.host.hidden = false;
    const code = options.host.parentElement?.querySelector('.cell-code code');
    if (code) this.#surface.style.font = getComputedStyle(code).font;
    this.#editor = this.#start(text, provided);
  }

  async #start(text: string, provided: Record<string, string>): Promise<Editor> {
    const { runner, file, folder, onChange, onLeave, onRun } = this.#options;
    const waiting = h('p', { class: 'editor-loading', role: 'status' }, 'Loading the editor …');
    this.#surface.before(waiting);
    const editor = await openEditor(runner, {
      host: this.#surface,
      label: `Editor of ${file}`,
      folder,
      tabMovesFocus: this.#tabMovesFocus,
      onChange,
      onProblems: (problems) => this.#show(problems),
      onTabMode: (on) => this.#tabMode(on),
      onLeave,
      onRun,
    });
    waiting.remove();
    for (const [name, types] of Object.entries(provided)) editor.provide(name, types);
    editor.open(file, text);
    this.#explain();
    return editor;
  }

  /** Shows a file in a tab of its own. */
  async open(file: string, text: string): Promise<void> {
    if (!this.#files.includes(file)) this.#files.push(file);
    this.#current = file;
    (await this.#editor).open(file, text);
    this.#draw();
  }

  async replace(file: string, text: string): Promise<void> {
    (await this.#editor).replace(file, text);
  }

  async reveal(line: number, column: number): Promise<void> {
    (await this.#editor).reveal(line, column);
  }

  async focus(): Promise<void> {
    (await this.#editor).focus();
  }

  has(file: string): boolean {
    return this.#files.includes(file);
  }

  async close(): Promise<void> {
    this.#options.host.hidden = true;
    (await this.#editor).dispose();
    this.#options.host.replaceChildren();
  }

  #draw(): void {
    const { file: own, onReset } = this.#options;
    this.#tabs.hidden = this.#files.length < 2;
    const list = h('div', { role: 'tablist', 'aria-label': 'Open files', class: 'editor-tablist' });
    list.style.display = 'contents';
    for (const file of this.#files) list.append(this.#tab(file));
    this.#tabs.replaceChildren(list);
    const file = this.#current;
    if (file === own) return;
    const short = file.split('/').at(-1) ?? file;
    const reset = h(
      'button',
      { type: 'button', class: 'editor-reset', 'aria-label': `Reset ${file}` },
      `Reset ${short}`,
    );
    reset.addEventListener('click', () => onReset(file));
    const close = h(
      'button',
      { type: 'button', class: 'editor-close', 'aria-label': `Close ${file}` },
      '×',
    );
    close.addEventListener('click', () => void this.#remove(file));
    this.#tabs.append(reset, close);
  }

  #tab(file: string): HTMLElement {
    const selected = String(file === this.#current);
    const words = file.split('/').at(-1) ?? file;
    const tab = h(
      'button',
      { type: 'button', role: 'tab', class: 'editor-tab', 'aria-selected': selected, title: file },
      words,
    );
    tab.addEventListener('click', () => void this.#select(file));
    return tab;
  }

  async #select(file: string): Promise<void> {
    // The editor knows the text of a file that it has shown before.
    await this.open(file, '');
    await this.focus();
  }

  async #remove(file: string): Promise<void> {
    this.#files = this.#files.filter((name) => name !== file);
    await this.open(this.#current === file ? this.#options.file : this.#current, '');
    (await this.#editor).close(file);
    this.#draw();
  }

  #tabMode(on: boolean): void {
    this.#tabMovesFocus = on;
    write('tab-moves-focus', on);
    this.#explain();
  }

  #explain(): void {
    if (this.#surface.querySelector('textarea.editor-plain')) {
      this.#help.textContent = 'Ctrl+Enter runs. Escape leaves the editor.';
      return;
    }
    const toggle = h(
      'button',
      { type: 'button', class: 'editor-tab-mode', 'aria-pressed': String(this.#tabMovesFocus) },
      'Tab moves the focus',
    );
    toggle.addEventListener('click', async () => {
      (await this.#editor).setTabMovesFocus(!this.#tabMovesFocus);
      this.#tabMode(!this.#tabMovesFocus);
      this.#help.querySelector('button')?.focus();
    });
    const words = this.#tabMovesFocus
      ? 'Tab moves the focus; Ctrl+M makes it indent.'
      : 'Tab indents; Ctrl+M makes it move the focus.';
    this.#help.replaceChildren(
      h('span', { role: 'status' }, words),
      ' Escape leaves the editor, Ctrl+Enter runs. ',
      toggle,
    );
  }

  #show(problems: readonly EditorProblem[]): void {
    const errors = problems.filter(({ severity }) => severity === 'error');
    this.#problems.hidden = errors.length === 0;
    const buttons = errors.slice(0, MOST_PROBLEMS).map((problem) => {
      const where =
        problem.file === this.#options.file
          ? `line ${problem.line}`
          : `${problem.file} line ${problem.line}`;
      const button = h(
        'button',
        { type: 'button', class: 'editor-problem' },
        `${where}: ${problem.text}`,
      );
      button.addEventListener('click', async () => {
        await this.open(problem.file, '');
        await this.reveal(problem.line, problem.column);
      });
      return button;
    });
    const more = errors.length - buttons.length;
    this.#problems.replaceChildren(...buttons, more > 0 ? `and ${more} more` : '');
  }
}
