import { type Given, TwoCell } from '../notebook/cell.ts';
import { part } from '../notebook/dom.ts';
import { highlight } from './highlight.ts';
import { givenFrom } from './record.ts';

/**
 * `<playground-cell>`: the cell that the panels write, or a copy of a lesson's. It runs, is edited and is kept
 * like any other, under a name of its own.
 */
export class PlaygroundCell extends TwoCell {
  protected override readonly kind = 'playground';
  /** Called when its text or a file of the machine has changed. */
  onText: (() => void) | undefined;
  /** Called with what the reader made of it when that is about to go. */
  onReset: ((made: Given) => void) | undefined;
  /** The text that was compiled when the site was built. */
  #compiled = '';
  #written: string | undefined;

  override connectedCallback(): void {
    this.#compiled = part(this, '.cell-code code').textContent ?? '';
    super.connectedCallback();
    this.#paint();
  }

  /** Whether the reader has a text of their own in it. */
  get isMine(): boolean {
    return this.saved.text !== undefined;
  }

  /** What the reader made of it, and values of its knobs. */
  get made(): Given {
    const { knobs, ...code } = givenFrom(structuredClone(this.saved));
    const values = { ...this.saved.given, ...knobs };
    return { ...code, ...(Object.keys(values).length > 0 && { knobs: values }) };
  }

  /** Takes what the panels write. */
  write(text: string): void {
    this.#written = text;
    this.standOn(text);
    this.#paint();
    if (!this.isMine) void this.pane?.replace(this.file, text);
  }

  toPanels(): Promise<void> {
    return this.reset();
  }

  /** Ends what is going on: another takes its place. */
  async giveWay(): Promise<void> {
    this.onText = undefined;
    this.dropRun();
    if (this.pane) await this.closeEditor();
    this.kept.flush();
  }

  /** What the panels wrote has to be run as text, unless it is what was compiled. */
  protected override get editedText(): string | undefined {
    const text = super.editedText ?? this.#written;
    return text?.trim() === this.#compiled.trim() ? undefined : text;
  }

  protected override textChanged(): void {
    super.textChanged();
    this.#paint();
    this.onText?.();
  }

  protected override async reset(): Promise<void> {
    this.onReset?.(this.made);
    await super.reset();
  }

  protected override async closeEditor(): Promise<void> {
    await super.closeEditor();
    this.#paint();
  }

  /** Prints the text; a line that it did not have before is marked. */
  #paint(): void {
    const block = part(this, '.cell-code code');
    const before = new Set(block.textContent?.split('\n'));
    const lines = highlight(this.text.trimEnd());
    for (const line of lines) line.classList.toggle('is-new', !before.has(line.textContent ?? ''));
    block.replaceChildren(...lines.flatMap((line, i) => (i > 0 ? ['\n', line] : [line])));
  }
}
