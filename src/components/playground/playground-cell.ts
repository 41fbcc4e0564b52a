import { TwoCell } from '../notebook/cell.ts';
import { part } from '../notebook/dom.ts';
import { highlight } from './highlight.ts';
import { type Held, heldFrom, type PlaygroundRecord, RECORD } from './record.ts';

/** `<playground-cell>`: a cell whose text the panels, a lesson or the reader wrote. It runs like any other. */
export class PlaygroundCell extends TwoCell {
  declare protected saved: PlaygroundRecord;
  /** What it holds, set before it is put on the page. */
  record: PlaygroundRecord = {};
  /** Called when somebody else than the panels has changed the text or a file of the machine. */
  onText: (() => void) | undefined;
  /** What the panels write now. */
  written = '';
  /** The text that the site has for it. */
  #source = '';

  protected override get key(): string {
    return RECORD;
  }

  override connectedCallback(): void {
    this.#source = part(this, '.cell-code code').textContent ?? '';
    super.connectedCallback();
    this.#paint();
    this.keep({});
  }

  protected override setUp(): void {
    this.saved = this.record;
    super.setUp();
  }

  get text(): string {
    return this.saved.text ?? this.#source;
  }

  get held(): Held {
    return structuredClone(heldFrom(this.saved));
  }

  /** Whether the panels write it. */
  get isWritten(): boolean {
    return !this.saved.open && !this.saved.mine;
  }

  /** Takes what the panels write, and keeps their settings. */
  write(text: string, change: Partial<PlaygroundRecord> = {}): void {
    this.written = text;
    this.keep({ ...change, text: same(text, this.#source) ? undefined : text });
    this.#paint();
    void this.pane?.replace(this.file, text);
  }

  start(): void {
    this.run();
  }

  /** Ends what is going on: another takes its place, which keeps `record`. */
  async giveWay(record: PlaygroundRecord): Promise<void> {
    this.onText = undefined;
    this.dropRun();
    if (this.pane) await this.closeEditor();
    this.saved = record;
  }

  protected override textChanged(): void {
    super.textChanged();
    if (!this.saved.open) this.saved.mine = !same(this.text, this.written);
    this.mark();
    this.onText?.();
  }

  /** What the panels wrote is nobody's edit. */
  protected override mark(): void {
    super.mark();
    if (!this.isWritten || Object.keys(this.saved.files ?? {}).length > 0) return;
    part(this, '.cell-edited').hidden = true;
    part(this, '.cell-reset').hidden = true;
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

function same(a: string, b: string): boolean {
  return a.trim() === b.trim();
}
