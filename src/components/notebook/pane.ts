import type { Editor, EditorPlace } from '../../../sandbox/runner/editor/types.ts';
import type { Runner } from '../../../sandbox/runner/index.ts';
import { h } from './dom.ts';
import { choosePlain, openEditor, prefersPlain } from './editor.ts';
import { Problems } from './problems.ts';
import { read, write } from './store.ts';
import { Tabs } from './tabs.ts';
import { type Tool, Tools } from './tools.ts';

/** A file of the pane: its text now, and as the course has it. */
export interface PaneFile {
  file: string;
  text: string;
  original: string;
}

export interface PaneOptions {
  runner: Runner;
  host: HTMLElement;
  /** What stands in the editor's place until it is there, as high as it. */
  placeholder: { node: Node; height: number };
  /** The cell's own file, which cannot be closed. */
  own: PaneFile;
  folder: string;
  readOnly(file: string): boolean;
  onChange(file: string, text: string): void;
  /** The reader wants the original of a file back. */
  onReset(file: string): void;
  onLeave(): void;
  onRun(): void;
  /** A definition lies there; the page knows the file's text. */
  onDefinition(place: EditorPlace): void;
  onName(name: string): void;
  onSay(words: string): void;
}

/** As high as the block of code may be that stands there before (notebook.css), in rem. */
const MOST_REM = 34;

/** The open editor of a cell: tabs, tools, the editor itself, what is wrong with the code, and how to leave it. */
export class Pane {
  #options: PaneOptions;
  #head = h('div', { class: 'editor-head' });
  #tools = new Tools(() => void this.focus());
  #surface = h('div', { class: 'editor-host' });
  #help = h('p', { class: 'editor-help' });
  #problems: Problems;
  #tabs = new Tabs(
    (file, byKey) => void this.#select(file, byKey),
    (file) => void this.#remove(file),
  );
  #files = new Map<string, PaneFile>();
  #provided: Record<string, string>;
  #current: string;
  #comparing = false;
  #editor: Promise<Editor>;
  #tabMovesFocus = read<boolean>('tab-moves-focus') ?? prefersPlain();

  /** `others` are open beside the cell's own file; `provided` are texts that only give types. */
  constructor(options: PaneOptions, others: readonly PaneFile[], provided: Record<string, string>) {
    this.#options = options;
    const { own, host, placeholder } = options;
    this.#current = own.file;
    for (const file of [own, ...others]) this.#files.set(file.file, { ...file });
    this.#problems = new Problems(own.file, (place) => void this.#goTo(place));
    this.#head.append(this.#tabs.list, this.#tools.element);
    host.replaceChildren(this.#head, this.#surface, this.#problems.element, this.#help);
    const code = host.parentElement?.querySelector('.cell-code code');
    if (code) this.#surface.style.font = getComputedStyle(code).font;
    this.#surface.style.height = `${placeholder.height}px`;
    this.#surface.append(placeholder.node);
    host.hidden = false;
    host.parentElement?.removeAttribute('data-editor-coming');
    this.#draw();
    this.#explain();
    this.#provided = provided;
    this.#editor = this.#start();
  }

  async #start(): Promise<Editor> {
    const { runner, own, folder, placeholder, ...on } = this.#options;
    this.#problems.say('Loading the editor …');
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const editor = await openEditor(runner, {
      host: this.#surface,
      label: `Editor of ${own.file}`,
      folder,
      height: { least: placeholder.height, most: MOST_REM * rem },
      tabMovesFocus: this.#tabMovesFocus,
      readOnly: on.readOnly,
      onChange: (file, text) => this.#changed(file, text),
      onProblems: (problems) =>
        this.#problems.show(
          problems.filter(({ file }) => this.#files.has(file)),
          this.#files.size,
        ),
      onTabMode: (moves) => this.#tabMode(moves),
      onLeave: on.onLeave,
      onRun: on.onRun,
      onDefinition: on.onDefinition,
      onName: on.onName,
      onSay: on.onSay,
    });
    if (!this.#surface.isConnected) editor.dispose();
    if (editor.full) this.#problems.say('Checking …');
    else this.#problems.say('Types are checked in the full editor.');
    for (const [file, text] of Object.entries(this.#provided))
      if (!this.#files.has(file)) editor.provide(file, text);
    for (const { file, text } of this.#files.values()) editor.provide(file, text);
    editor.open(this.#current, this.#files.get(this.#current)?.text ?? '');
    return editor;
  }

  /** Shows a file in a tab of its own. */
  async open(file: PaneFile): Promise<void> {
    if (!this.#files.has(file.file)) this.#files.set(file.file, { ...file });
    await this.show(file.file);
  }

  async show(file: string): Promise<void> {
    const known = this.#files.get(file);
    if (!known) return;
    const editor = await this.#editor;
    await this.#compare(editor, false);
    this.#current = file;
    editor.open(file, known.text);
    this.#draw();
    this.#explain();
  }

  async replace(file: string, text: string): Promise<void> {
    const known = this.#files.get(file);
    if (!known) return;
    const editor = await this.#editor;
    editor.replace(file, text);
    this.#changed(file, text, true);
    if (this.#comparing && !editor.full) await this.#compare(editor, true);
  }

  async reveal(line: number, column: number): Promise<void> {
    (await this.#editor).reveal(line, column);
  }

  async focus(): Promise<void> {
    (await this.#editor).focus();
  }

  /** Looks at the types now, as before a run. */
  async check(): Promise<void> {
    (await this.#editor).check();
  }

  has(file: string): boolean {
    return this.#files.has(file);
  }

  async close(): Promise<void> {
    this.#options.host.hidden = true;
    (await this.#editor).dispose();
    this.#options.host.replaceChildren();
  }

  #changed(file: string, text: string, known = false): void {
    const entry = this.#files.get(file);
    if (!entry || entry.text === text) return;
    const before = isEdited(entry);
    entry.text = text;
    if (!prefersPlain()) this.#problems.wait();
    if (!known) this.#options.onChange(file, text);
    if (before !== isEdited(entry)) this.#draw();
  }

  async #goTo({ file, line, column }: EditorPlace): Promise<void> {
    await this.show(file);
    await this.reveal(line, column);
  }

  async #select(file: string, byKey: boolean): Promise<void> {
    await this.show(file);
    if (!byKey) await this.focus();
  }

  async #remove(file: string): Promise<void> {
    this.#files.delete(file);
    await this.show(this.#current === file ? this.#options.own.file : this.#current);
    (await this.#editor).close(file);
    this.#draw();
    this.#tabs.list.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  }

  async #compare(editor: Editor, on: boolean): Promise<void> {
    if (!on && !this.#comparing) return;
    this.#comparing = on;
    await editor.compareWith(on ? this.#files.get(this.#current)?.original : undefined);
    this.#draw();
  }

  /** Takes the other editor, with the same files at the same place. */
  async #exchange(): Promise<void> {
    const before = await this.#editor;
    const file = this.#current;
    choosePlain(before.full);
    before.dispose();
    this.#comparing = false;
    this.#tabMovesFocus = read<boolean>('tab-moves-focus') ?? prefersPlain();
    this.#editor = this.#start();
    await this.show(file);
    await this.focus();
    this.#options.onSay(before.full ? 'This is the plain editor.' : 'This is the full editor.');
  }

  #draw(): void {
    const { own } = this.#options;
    this.#tabs.show(
      [...this.#files.values()].map((entry) => ({
        file: entry.file,
        edited: isEdited(entry),
        closable: entry.file.includes('/'),
      })),
      this.#current,
    );
    this.#tools.show(this.#toolsFor(this.#files.get(this.#current) ?? own));
  }

  #toolsFor(entry: PaneFile): Tool[] {
    const { file } = entry;
    const plain = prefersPlain();
    const on = (act: (editor: Editor) => unknown) => async () => act(await this.#editor);
    const tools: Tool[] = [
      { name: 'find', words: 'Find', act: on((editor) => editor.find()) },
      { name: 'format', words: 'Format', act: on((editor) => editor.format()) },
      {
        name: 'definition',
        words: 'Open the definition',
        act: on((editor) => editor.goToDefinition()),
      },
      {
        name: 'changes',
        words: 'Changes',
        pressed: this.#comparing,
        act: on((editor) => this.#compare(editor, !this.#comparing)),
      },
      {
        name: 'reset',
        words: 'Reset this file',
        disabled: !isEdited(entry) || this.#options.readOnly(file),
        act: () => this.#options.onReset(file),
      },
      {
        name: 'other',
        words: plain ? 'Full editor' : 'Plain editor',
        act: () => void this.#exchange(),
      },
      { name: 'close', words: '×', label: `Close ${file}`, act: () => void this.#remove(file) },
    ];
    return tools.filter(
      ({ name }) => !(plain && name === 'format') && (name !== 'close' || file.includes('/')),
    );
  }

  #tabMode(on: boolean): void {
    this.#tabMovesFocus = on;
    write('tab-moves-focus', on);
    this.#explain();
  }

  #explain(): void {
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
    const why = this.#options.readOnly(this.#current)
      ? 'An exercise is checked with the machine as it is: this file is here to read. '
      : '';
    this.#help.replaceChildren(
      why,
      h('span', { role: 'status' }, words),
      ' Escape leaves the editor, Ctrl+Enter runs, F12 opens the definition of a name. ',
      toggle,
    );
  }
}

const isEdited = ({ text, original }: PaneFile): boolean => text.trim() !== original.trim();
