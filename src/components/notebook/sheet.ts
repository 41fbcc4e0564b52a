import type { Outcome, Place, Running } from '../../../sandbox/runner/index.ts';
import { h, part } from './dom.ts';
import { Keeping } from './keeping.ts';
import { Output } from './output.ts';
import { Pane } from './pane.ts';
import { runner } from './runner.ts';
import type { Saved } from './store.ts';

/** What a cell and an exercise share: code that can be edited and kept, a run that can be stopped, a status. */
export abstract class Sheet extends HTMLElement {
  protected lesson = '';
  protected name = '';
  protected kept!: Keeping;
  protected output!: Output;
  protected pane: Pane | undefined;
  protected running: Running | undefined;
  #status!: HTMLElement;
  #code!: HTMLElement;
  #original = '';
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
    this.#code = part(this, '.cell-code');
    this.#original = this.#code.textContent?.trim() ?? '';
    this.output = new Output(this);
    this.kept = new Keeping(`${this.kind}:${this.lesson}/${this.name}`, {
      element: this,
      original: () => this.#original,
      say: (words) => this.say(words),
      currentHash: () => this.currentHash(),
      show: (before) => void this.#showKept(before),
    });
    this.#onClick('.cell-stop', () => this.stop());
    this.#onClick('.cell-edit', () => void (this.pane ? this.closeEditor() : this.openEditor()));
    this.#onClick('.cell-reset', () => void this.reset());
    this.setUp();
    if (this.saved.text !== undefined) {
      // Text kept from an earlier visit is shown, never run.
      this.#showStatic(this.saved.text);
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

  protected say(words: string): void {
    this.#status.textContent = words;
  }

  /** Shows what is kept, after another tab, an undo or an imported file changed it. */
  async #showKept({ files: before = {} }: Saved): Promise<void> {
    const text = this.saved.text ?? this.#original;
    this.#showStatic(text);
    this.showRest();
    this.mark();
    await this.pane?.replace(this.file, text);
    for (const file of Object.keys({ ...before, ...this.saved.files }))
      if (this.pane?.has(file))
        await this.pane.replace(
          file,
          this.saved.files?.[file] ?? (await runner().assets.sources())[file] ?? '',
        );
    this.textChanged();
  }

  /** Keeps a change within a second, and at once when the page goes. */
  protected keep(change: Partial<Saved>): void {
    this.kept.keep(change);
  }

  /** Another text stands for the lesson's: what is no edit, and what Reset takes. The reader's own stays. */
  protected standOn(text: string): void {
    this.#original = text.trim();
    if (this.saved.text === undefined) this.#showStatic(text);
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
    if (this.pane) return this.pane;
    const pane = new Pane(
      {
        runner: runner(),
        host: part(this, '.cell-editor'),
        file: this.file,
        folder: `${this.lesson}/${this.kind}-${this.name}`,
        onChange: (file, text) => void this.#changed(file, text),
        onReset: (file) => void this.resetFile(file),
        onLeave: () => part(this, '.cell-edit').focus(),
        onRun: () => this.run(),
      },
      `${this.saved.text ?? this.#original}`,
      await this.provided().catch(() => ({})),
    );
    this.pane = pane;
    this.#code.hidden = true;
    this.#editButton(true);
    await pane.focus();
    return pane;
  }

  protected async closeEditor(): Promise<void> {
    const { pane } = this;
    this.pane = undefined;
    this.#showStatic(this.saved.text ?? this.#original);
    this.#code.hidden = false;
    this.#editButton(false);
    await pane?.close();
  }

  #editButton(open: boolean): void {
    const button = part(this, '.cell-edit');
    button.setAttribute('aria-expanded', String(open));
    button.textContent = open ? 'Close the editor' : 'Edit';
    button.setAttribute(
      'aria-label',
      open ? `Close the editor of ${this.file}` : `Edit ${this.file}`,
    );
  }

  async #changed(file: string, text: string): Promise<void> {
    if (file !== this.file) {
      const original = (await runner().assets.sources())[file];
      const files = { ...this.saved.files };
      if (text === original) delete files[file];
      else files[file] = text;
      this.keep({ files });
    } else if (text.trim() === this.#original) this.keep({ text: undefined, hash: undefined });
    else void this.kept.keepText(text);
    this.mark();
    this.textChanged();
  }

  /** What is in the editor, or would be. */
  protected get text(): string {
    return this.saved.text ?? this.#original;
  }

  /** Shows and keeps another text and other machine files; left out, they are the lesson's. Runs nothing. */
  protected async take({ text, hash, files }: Pick<Saved, 'text' | 'hash' | 'files'>) {
    const own = text === undefined || text.trim() === this.#original ? undefined : text;
    const touched = new Set([...Object.keys(this.saved.files ?? {}), ...Object.keys(files ?? {})]);
    this.keep({ text: own, hash: own === undefined ? undefined : hash, files });
    if (own !== undefined) void this.kept.keepText(own);
    this.#showStatic(own ?? this.#original);
    this.mark();
    this.textChanged();
    await this.pane?.replace(this.file, own ?? this.#original);
    for (const path of touched)
      if (this.pane?.has(path)) {
        const now = files?.[path] ?? (await runner().assets.sources())[path];
        if (now !== undefined) await this.pane.replace(path, now);
      }
  }

  protected async reset(): Promise<void> {
    const files = Object.keys(this.saved.files ?? {});
    const offerUndo = this.kept.wayBack();
    this.keep({ text: undefined, hash: undefined, files: undefined });
    this.kept.flush();
    this.#showStatic(this.#original);
    await this.pane?.replace(this.file, this.#original);
    for (const file of files) await this.resetFile(file);
    this.mark();
    this.textChanged();
    offerUndo(`${this.file} is as the lesson has it.`);
    part(this, '.cell-edit').focus();
  }

  protected async resetFile(file: string): Promise<void> {
    const original = (await runner().assets.sources())[file];
    const files = { ...this.saved.files };
    delete files[file];
    this.keep({ files });
    if (original !== undefined && this.pane?.has(file)) await this.pane.replace(file, original);
    this.mark();
    this.textChanged();
  }

  /** The static block: highlighted while it is the lesson's text, plain lines once it is the reader's. */
  #showStatic(text: string): void {
    const block = part(this.#code, 'code');
    if (block.textContent?.trim() === text.trim()) return;
    const lines = text.replace(/\n$/, '').split('\n');
    block.replaceChildren(
      ...lines.flatMap((line, index) => [
        index > 0 ? '\n' : '',
        h('span', { class: 'line' }, line),
      ]),
    );
  }

  /** Takes the reader to a line, in the editor when it is open and in the block otherwise. */
  async showPlace(place: Place): Promise<void> {
    if (place.file.includes('/')) {
      const text =
        this.saved.files?.[place.file] ?? (await runner().assets.sources())[place.file] ?? '';
      const pane = await this.openEditor();
      await pane.open(place.file, text);
      return pane.reveal(place.line, place.column);
    }
    if (place.file !== this.file) {
      const other = document.querySelector<Sheet>(
        `two-cell[data-lesson="${CSS.escape(this.lesson)}"][data-name="${CSS.escape(place.file.replace(/\.ts$/, ''))}"]`,
      );
      return other?.showPlace?.(place);
    }
    this.markLine(place.line);
    if (this.pane) {
      await this.pane.open(this.file, '');
      return this.pane.reveal(place.line, place.column);
    }
    this.#code.focus({ preventScroll: true });
    this.#code.querySelector('.line.is-error')?.scrollIntoView({ block: 'center' });
  }

  protected markLine(line: number | undefined): void {
    for (const marked of this.#code.querySelectorAll('.is-error'))
      marked.classList.remove('is-error');
    if (line !== undefined)
      this.#code.querySelectorAll('.line')[line - 1]?.classList.add('is-error');
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
