import type { EditorPlace } from '../../../sandbox/runner/editor/types.ts';
import { addStyle } from '../../lib/style.ts';
import { part } from './dom.ts';
import css from './editor.css?inline';
import { chooseMachineFile, choosePlace } from './machine.ts';
import { facePlace, placesOf } from './names.ts';
import { Pane, type PaneFile } from './pane.ts';
import { runner } from './runner.ts';
import type { StaticCode } from './static-code.ts';
import type { Saved } from './store.ts';

addStyle(css);

/** What a desk needs of the cell or exercise that it belongs to. */
export interface DeskOwner {
  element: HTMLElement;
  block: StaticCode;
  lesson: string;
  file: string;
  /** Separates its files from those of others. */
  folder: string;
  /** Whether a run takes the reader's machine files. */
  runsMachine: boolean;
  saved(): Saved;
  keep(change: Partial<Saved>): void;
  keepText(text: string): void;
  /** Shows and keeps another text and other files, and follows in the editor. */
  take(saved: Saved): Promise<void>;
  /** Something was edited or put back. */
  changed(): void;
  say(words: string): void;
  /** What is kept now; the function it answers offers the way back to it. */
  wayBack(): (words: string) => void;
  run(): void;
  provided(): Promise<Record<string, string>>;
  /** Cells above it on the page, which it can import. */
  earlier(): readonly Neighbour[];
}

/** Another cell, as far as one that imports it can look at it and change it. */
export interface Neighbour {
  readonly file: string;
  readonly text: string;
  readonly original: string;
  edit(text: string): Promise<void>;
  wayBack(): (words: string) => void;
}

/** The desk that is open. A page has one: two texts of a machine file would be one too many for its types. */
let openDesk: Desk | undefined;

/** The editing side of a cell: its pane, the files in it, what is put back. Loaded when it is first needed. */
export class Desk {
  /** The pane, once it stands in the page. */
  pane: Pane | undefined;
  #owner: DeskOwner;
  #opening: Promise<Pane> | undefined;

  constructor(owner: DeskOwner) {
    this.#owner = owner;
  }

  open(): Promise<Pane> {
    this.#opening ??= this.#start();
    return this.#opening;
  }

  async #start(): Promise<Pane> {
    const { element, block, file, folder, saved, say, run } = this.#owner;
    await openDesk?.close(true);
    openDesk = this;
    const [others, provided] = await Promise.all([
      this.#others(),
      this.#owner.provided().catch(() => ({})),
    ]);
    const placeholder = { node: block.copy(), height: block.height };
    block.hidden = true;
    const pane = new Pane(
      {
        runner: runner(),
        host: part(element, '.cell-editor'),
        placeholder,
        own: { file, text: saved().text ?? block.original, original: block.original },
        folder,
        readOnly: (name) => name.includes('/') && !this.#owner.runsMachine,
        onChange: (name, text) => void this.changed(name, text),
        onReset: (name) => void this.resetFile(name),
        onLeave: () => this.#leave(),
        onRun: run,
        onDefinition: (place) => void this.show(place),
        onName: (name) => void this.openName(name),
        onSay: say,
      },
      others,
      provided,
    );
    this.pane = pane;
    this.#editButton(true);
    await pane.focus();
    // Not before the editor is there: both are hard work.
    this.#prepare(Object.keys(saved().files ?? {}).length > 0);
    return pane;
  }

  /** Gets the bundler ready while the reader reads and types. */
  #prepare(machine: boolean): void {
    const ready = runner().prepareEditing({ machine: machine && this.#owner.runsMachine });
    // A run says what is wrong, if there is one.
    ready.catch(() => {});
  }

  /** Earlier cells, and the machine files that were edited before. */
  async #others(): Promise<PaneFile[]> {
    const { earlier, saved, runsMachine } = this.#owner;
    const cells = earlier().map(({ file, text, original }) => ({ file, text, original }));
    const edits = runsMachine ? Object.entries(saved().files ?? {}) : [];
    if (edits.length === 0) return cells;
    const sources = await runner().assets.sources();
    return [
      ...cells,
      ...edits.map(([file, text]) => ({ file, text, original: sources[file] ?? '' })),
    ];
  }

  async close(forAnother = false): Promise<void> {
    const opening = this.#opening;
    if (!opening) return;
    const { block, saved, say, file } = this.#owner;
    this.#opening = undefined;
    this.pane = undefined;
    if (openDesk === this) openDesk = undefined;
    const pane = await opening;
    block.show(saved().text ?? block.original);
    block.hidden = false;
    this.#editButton(false);
    await pane.close();
    if (forAnother)
      say(`The editor of ${file} was closed, because another was opened. Its text is kept.`);
  }

  #editButton(open: boolean): void {
    const { element, file } = this.#owner;
    const button = part(element, '.cell-edit');
    button.setAttribute('aria-expanded', String(open));
    button.textContent = open ? 'Close the editor' : 'Edit';
    button.setAttribute('aria-label', open ? `Close the editor of ${file}` : `Edit ${file}`);
  }

  #leave(): void {
    const { element, say, file } = this.#owner;
    part(element, '.cell-edit').focus();
    say(`You left the editor. The focus is on “Close the editor” in the bar of ${file}.`);
  }

  async changed(file: string, text: string): Promise<void> {
    const { file: own, block, saved, keep, keepText, changed, earlier } = this.#owner;
    const neighbour = earlier().find((cell) => cell.file === file);
    if (neighbour) return neighbour.edit(text);
    if (file !== own) {
      const original = (await runner().assets.sources())[file];
      const files = { ...saved().files };
      if (text === original) delete files[file];
      else files[file] = text;
      keep({ files });
    } else if (text.trim() === block.original) keep({ text: undefined, hash: undefined });
    else keepText(text);
    changed();
  }

  async resetFile(file: string): Promise<void> {
    const { file: own, saved, take, earlier, wayBack } = this.#owner;
    const neighbour = earlier().find((cell) => cell.file === file);
    const offerUndo = neighbour ? neighbour.wayBack() : wayBack();
    if (neighbour) {
      await neighbour.edit(neighbour.original);
      await (await this.#opening)?.replace(file, neighbour.original);
      return offerUndo(`${file} is as the lesson has it.`);
    }
    const before = saved();
    const { [file]: _, ...files } = before.files ?? {};
    await (file === own ? take({ files: before.files }) : take({ ...before, files }));
    offerUndo(`${file.split('/').at(-1)} is as the course has it.`);
  }

  /** Takes over the texts of `files` as they are kept now. */
  async follow(files: readonly string[]): Promise<void> {
    const { file: own, block, saved } = this.#owner;
    const pane = await this.#opening;
    if (!pane) return;
    const others = files.some((file) => file !== own);
    const sources = others ? await runner().assets.sources() : {};
    for (const file of files) {
      const original = file === own ? block.original : (sources[file] ?? '');
      const text = file === own ? saved().text : saved().files?.[file];
      await pane.replace(file, text ?? original);
    }
  }

  async chooseFile(): Promise<void> {
    const { element, saved, say } = this.#owner;
    try {
      const sources = await runner().assets.sources();
      const edited = new Set(Object.keys(saved().files ?? {}));
      const path = await chooseMachineFile(sources, element, edited);
      if (path) await this.show({ file: path, line: 0, column: 0 });
      else element.querySelector<HTMLElement>('.cell-machine')?.focus();
    } catch (error) {
      say(`The machine's files could not be loaded: ${(error as Error).message}`);
    }
  }

  /** Opens what defines `name` or charges it; of several, the reader chooses. */
  async openName(name: string): Promise<void> {
    const { element, say } = this.#owner;
    try {
      const sources = await runner().assets.sources();
      const exported = facePlace(sources, name);
      const places = exported ? [exported] : placesOf(sources, name);
      if (places.length === 0) return say(`No file of the machine has “${name}”.`);
      const place = places.length > 1 ? await choosePlace(element, name, places) : places[0];
      if (place) await this.show(place);
    } catch (error) {
      say(`The machine's files could not be loaded: ${(error as Error).message}`);
    }
  }

  /** Opens a file at a place; line 0 leaves the caret where it was. */
  async show({ file, line, column }: EditorPlace): Promise<void> {
    const pane = await this.open();
    if (pane.has(file)) await pane.show(file);
    else {
      const original = (await runner().assets.sources())[file];
      if (original === undefined) return this.#owner.say(`There is no file ${file}.`);
      const text = this.#owner.saved().files?.[file] ?? original;
      await pane.open({ file, text, original });
    }
    if (line > 0) await pane.reveal(line, column);
    else await pane.focus();
    if (file.includes('/')) this.#prepare(true);
  }

  /** Before a run: what is wrong with the types is shown, and keeps nothing from running. */
  async check(): Promise<void> {
    await (await this.#opening)?.check();
  }

  async has(file: string): Promise<boolean> {
    return (await this.#opening)?.has(file) ?? false;
  }
}
