import type { Outcome, Place, Running } from '../../../sandbox/runner/index.ts';
import type { Desk } from './desk.ts';
import { part } from './dom.ts';
import { Keeping } from './keeping.ts';
import { Output } from './output.ts';
import type { Pane } from './pane.ts';
import { StaticCode } from './static-code.ts';
import type { Saved } from './store.ts';

/** What a cell and an exercise share: code that can be edited and kept, a run that can be stopped, a status. */
export abstract class Sheet extends HTMLElement {
  protected lesson = '';
  protected name = '';
  protected kept!: Keeping;
  protected output!: Output;
  protected block!: StaticCode;
  protected running: Running | undefined;
  #status!: HTMLElement;
  #desk: Desk | undefined;
  #started = false;

  /** `cell` or `exercise`, the word in the name under which it is kept. */
  protected abstract readonly kind: string;
  protected abstract run(): void;
  /** Texts of files it may import, for types. */
  protected abstract provided(): Promise<Record<string, string>>;
  /** The lesson's hash of the text, to see whether saved text was made from another. */
  protected abstract currentHash(): Promise<string | undefined>;
  protected abstract textChanged(): void;

  get file(): string {
    return `${this.name}.ts`;
  }

  connectedCallback(): void {
    if (this.#started) return;
    this.#started = true;
    this.lesson = this.dataset.lesson ?? '';
    this.name = this.dataset.name ?? '';
    this.#status = part(this, '.cell-status');
    this.block = new StaticCode(part(this, '.cell-code'), (name) => void this.openName(name));
    this.output = new Output(this);
    this.kept = new Keeping(`${this.kind}:${this.lesson}/${this.name}`, {
      element: this,
      original: () => this.original,
      say: (words) => this.say(words),
      currentHash: () => this.currentHash(),
      show: (before) => void this.#showKept(before),
    });
    this.#onClick('.cell-stop', () => this.stop());
    this.#onClick('.cell-edit', () => void (this.pane ? this.closeEditor() : this.openEditor()));
    // The editor's own code is small, and there by the time the button is pressed.
    part(this, '.cell-edit').addEventListener('pointerenter', () => void import('./desk.ts'));
    this.dataset.canOpenMachine = '';
    this.addEventListener('two-open-machine', (event) => {
      const { name } = (event as CustomEvent<{ name?: unknown }>).detail ?? {};
      if (typeof name === 'string') void this.openName(name);
    });
    this.#onClick('.cell-reset', () => void this.reset());
    this.setUp();
    if (this.saved.text !== undefined) {
      // Text kept from an earlier visit is shown, never run.
      this.block.show(this.saved.text);
      void this.kept.compareWithLesson();
    }
    this.mark();
  }

  protected abstract setUp(): void;
  /** Shows knobs, hints and the like as they are kept, after they changed by another hand. */
  protected abstract showRest(): void;

  protected onClick(selector: string, action: () => void): void {
    this.#onClick(selector, action);
  }

  #onClick(selector: string, action: () => void): void {
    part(this, selector).addEventListener('click', action);
  }

  protected get saved(): Saved {
    return this.kept.saved;
  }

  protected get editedText(): string | undefined {
    return this.saved.text;
  }

  /** The open editor. */
  protected get pane(): Pane | undefined {
    return this.#desk?.pane;
  }

  /** The line under the code. */
  protected say(words: string): void {
    this.#status.textContent = words;
  }

  /** Opens the file of the machine that defines a name, or charges and shows it. */
  protected async openName(name: string): Promise<void> {
    await (await this.desk()).openName(name);
  }

  /** Shows what is kept, after another tab, an undo or an imported file changed it. */
  async #showKept({ files: before = {} }: Saved): Promise<void> {
    this.block.show(this.text);
    this.showRest();
    this.mark();
    this.textChanged();
    await this.#desk?.follow([this.file, ...Object.keys({ ...before, ...this.saved.files })]);
  }

  /** Keeps a change within a second, and at once when the page goes. */
  protected keep(change: Partial<Saved>): void {
    this.kept.keep(change);
  }

  /** Another text stands for the lesson's: what is no edit, and what Reset takes. The reader's own stays. */
  protected standOn(text: string): void {
    this.block.standOn(text, this.saved.text === undefined);
  }

  /** Shows what is edited, in the bar and on the Reset button. */
  protected mark(): void {
    const files = Object.keys(this.saved.files ?? {}).map((path) => path.split('/').at(-1));
    const own = this.saved.text !== undefined;
    const label = part(this, '.cell-edited');
    label.hidden = !own && files.length === 0;
    label.textContent =
      files.length > 0 ? `edited: ${[...(own ? [this.file] : []), ...files].join(', ')}` : 'edited';
    part(this, '.cell-reset').hidden = label.hidden && this.saved.before === undefined;
  }

  protected async openEditor(): Promise<Pane> {
    if (!this.pane) this.#expectEditor(true);
    try {
      return await (await this.desk()).open();
    } catch (error) {
      this.#expectEditor(false);
      throw error;
    }
  }

  /** Keeps the place of the editor's tabs and tools while its code is on the way, so that nothing jumps later. */
  #expectEditor(coming: boolean): void {
    this.toggleAttribute('data-editor-coming', coming);
    part(this, '.cell-edit').textContent = coming ? 'Close the editor' : 'Edit';
  }

  protected async closeEditor(): Promise<void> {
    await this.#desk?.close();
  }

  /** The editing side, with all that only a reader who edits needs. */
  protected async desk(): Promise<Desk> {
    const { Desk } = await import('./desk.ts');
    this.#desk ??= new Desk({
      element: this,
      block: this.block,
      lesson: this.lesson,
      file: this.file,
      folder: `${this.lesson}/${this.kind}-${this.name}`,
      runsMachine: this.kind === 'cell',
      saved: () => this.saved,
      keep: (change) => this.keep(change),
      keepText: (text) => void this.kept.keepText(text),
      take: (saved) => this.take(saved),
      changed: () => {
        this.mark();
        this.textChanged();
      },
      say: (words) => this.say(words),
      wayBack: () => this.wayBack(),
      run: () => this.run(),
      provided: () => this.provided(),
      earlier: () => this.#earlier(),
    });
    return this.#desk;
  }

  #earlier(): Sheet[] {
    if (this.kind !== 'cell') return [];
    const all = [...document.querySelectorAll<Sheet>('two-cell')];
    return all.slice(0, all.indexOf(this)).filter((cell) => cell.lesson === this.lesson);
  }

  get text(): string {
    return this.saved.text ?? this.block.original;
  }

  get original(): string {
    return this.block.original;
  }

  /** Another cell's editor changed this one's text. */
  async edit(text: string): Promise<void> {
    await (await this.desk()).changed(this.file, text);
    this.block.show(text);
  }

  /** What is kept now; the function it answers offers the way back to it, once it has changed. */
  wayBack(): (words: string) => void {
    return this.kept.wayBack();
  }

  /** Shows and keeps another text and other machine files; left out, they are the lesson's. Runs nothing. */
  protected async take({ text, hash, files }: Pick<Saved, 'text' | 'hash' | 'files'>) {
    const own = text === undefined || text.trim() === this.original ? undefined : text;
    const touched = [...Object.keys(this.saved.files ?? {}), ...Object.keys(files ?? {})];
    this.keep({ text: own, hash: own === undefined ? undefined : hash, files });
    if (own !== undefined) void this.kept.keepText(own);
    this.block.show(this.text);
    this.mark();
    this.textChanged();
    await this.#desk?.follow([this.file, ...touched]);
  }

  protected async reset(): Promise<void> {
    const offerUndo = this.wayBack();
    await this.take({});
    offerUndo(`${this.file} is as the lesson has it.`);
    part(this, '.cell-edit').focus();
  }

  /** Takes the reader to a line, in the editor when it is open and in the block otherwise. */
  async showPlace(place: Place): Promise<void> {
    const desk = await this.desk();
    const ours = place.file === this.file;
    if (place.file.includes('/') || (ours && desk.pane) || (await desk.has(place.file)))
      return desk.show(place);
    if (!ours) {
      const other = document.querySelector<Sheet>(
        `two-cell[data-lesson="${CSS.escape(this.lesson)}"][data-name="${CSS.escape(place.file.replace(/\.ts$/, ''))}"]`,
      );
      return other?.showPlace?.(place);
    }
    this.markLine(place.line);
    this.block.focus();
  }

  protected markLine(line: number | undefined): void {
    this.block.markLine(line);
  }

  stop(): void {
    this.running?.stop();
  }

  /** Ends the run that is going, if any, without a word: a newer one takes its place. */
  protected dropRun(): void {
    const { running } = this;
    this.running = undefined;
    running?.stop();
  }

  /** Turns the buttons for a run that begins or, with an outcome, for one that has ended. */
  protected showRunning(button: HTMLElement, outcome?: Outcome): void {
    const stop = part(this, '.cell-stop');
    const focused = document.activeElement;
    if (outcome === undefined && this.pane) void this.#desk?.check();
    stop.hidden = outcome !== undefined;
    button.hidden = outcome === undefined;
    if (focused === stop && stop.hidden) button.focus();
    if (focused === button && button.hidden) stop.focus();
  }
}

/** `0.4 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 9_950 ? 1 : 0)} s`;
}
