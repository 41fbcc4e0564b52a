import { debounce, h, part } from '../notebook/dom.ts';
import { keptProfile } from '../notebook/profile.ts';
import { runner, warmWhenIdle } from '../notebook/runner.ts';
import { read } from '../notebook/store.ts';
import { PanelForm } from './panels.ts';
import { PlaygroundCell } from './playground-cell.ts';
import {
  type CellName,
  cellInAddress,
  cellName,
  heldFrom,
  type PlaygroundRecord,
  RECORD,
  recordFrom,
} from './record.ts';
import { write } from './write.ts';

const RUN_MS = 150;
const CELL = 'playground-cell';

/** `<two-playground>`: panels that write the code of a cell, which the reader may take over. */
export class TwoPlayground extends HTMLElement {
  #form!: PanelForm;
  #cell!: PlaygroundCell;
  /** The cell's markup as the site has it. */
  #pristine!: HTMLElement;
  #rerun = debounce(RUN_MS, () => this.#cell.start());

  connectedCallback(): void {
    this.#pristine = part(this, CELL).cloneNode(true) as HTMLElement;
    this.#form = new PanelForm(part<HTMLFormElement>(this, '.panels'), () => this.#panelsChanged());
    this.#form.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#run();
    });
    part(this, '.writer-back').addEventListener('click', () => void this.#backToPanels());
    part(this, '.writer-undo').addEventListener('click', () => void this.#undo());
    part(this, '.opener').addEventListener('submit', (event) => {
      event.preventDefault();
      const [lesson, cell] = part<HTMLSelectElement>(this, '.opener select').value.split('/');
      void this.#open(cellName({ lesson, cell }));
    });
    addEventListener('hashchange', () => void this.#fromAddress());
    void this.#start();
  }

  async #start(): Promise<void> {
    const record = recordFrom(read<unknown>(RECORD));
    if (keptProfile() === undefined && record.panels?.profile !== 'own')
      part(this, '#set-profile option[value="own"]').remove();
    if (record.panels) this.#form.show(record.panels);
    await this.#hold(record);
    await this.#fromAddress();
    this.dataset.ready = '';
    warmWhenIdle(this.#cell.dataset.lesson ?? '');
  }

  /** Puts a cell with `record` in the place of the one that is there. Runs nothing. */
  async #hold(record: PlaygroundRecord): Promise<void> {
    const { open } = record;
    const source = open && (await sourceOf(open));
    const old = part(this, CELL);
    const place = document.createComment('');
    if (old instanceof PlaygroundCell) await old.giveWay(record);
    old.replaceWith(place);
    // The first one was only to be read so far.
    if (!customElements.get(CELL)) customElements.define(CELL, PlaygroundCell);
    const cell = this.#pristine.cloneNode(true) as PlaygroundCell;
    if (open && source !== undefined) rename(cell, open, source);
    const written = write(this.#form.panels);
    Object.assign(cell, { record, written, onText: () => this.#showWriter() });
    this.#cell = cell;
    place.replaceWith(cell);
    if (cell.isWritten) cell.write(written);
    this.#showWriter();
  }

  #panelsChanged(): void {
    const { panels } = this.#form;
    this.#cell.write(write(panels), { panels });
    if (this.#cell.dataset.state !== 'idle') this.#rerun();
  }

  #run(): void {
    if (this.#form.good) this.#cell.start();
    else this.#form.focusWrong();
  }

  /** Says who writes the code, and lets the panels rest while it is not they. */
  #showWriter(): void {
    const { held, isWritten } = this.#cell;
    const { open } = held;
    const words = open
      ? `This is ${open.cell}.ts of lesson ${titleOf(open)}. The panels rest.`
      : 'This code is yours now. The panels rest.';
    this.#say(isWritten ? 'The panels write this code. Edit it, and it is yours.' : words);
    this.#form.rest(!isWritten);
    part(this, '.writer-back').hidden = isWritten;
    part(this, '.writer-undo').hidden = this.#cell.record.before === undefined;
  }

  #say(words: string): void {
    part(this, '.writer-words').textContent = words;
  }

  async #backToPanels(): Promise<void> {
    await this.#hold({ panels: this.#form.panels, before: this.#cell.held });
    part(this, '.writer-undo').focus();
  }

  async #undo(): Promise<void> {
    const { before } = this.#cell.record;
    try {
      await this.#hold({ panels: this.#form.panels, ...before });
    } catch (error) {
      return this.#say(`It could not be brought back: ${(error as Error).message}`);
    }
    const back = part(this, '.writer-back');
    if (back.hidden) part(this, '.cell-run').focus();
    else back.focus();
  }

  /** A cell of a lesson, with what the reader made of it there; the lesson keeps its own. */
  async #open(name: CellName | undefined): Promise<void> {
    if (!name) return this.#say('There is no such cell.');
    const { open: _, mine, ...edits } = heldFrom(read<unknown>(`cell:${name.lesson}/${name.cell}`));
    const before = this.#cell.isWritten && !this.#cell.held.files ? undefined : this.#cell.held;
    const { panels } = this.#form;
    try {
      await this.#hold({ panels, ...edits, open: name, ...(before && { before }) });
    } catch (error) {
      return this.#say(`The cell could not be opened: ${(error as Error).message}`);
    }
    part(this, '.cell-code').focus();
  }

  async #fromAddress(): Promise<void> {
    if (!location.hash.startsWith('#open=')) return;
    const name = cellInAddress(location.hash);
    history.replaceState(null, '', location.pathname + location.search);
    await this.#open(name);
  }
}

/** @throws Error when there is no such cell, or its text cannot be loaded */
async function sourceOf({ lesson, cell }: CellName): Promise<string> {
  const { cells } = await runner().assets.lessonTexts(lesson);
  const text = Object.hasOwn(cells, `${cell}.ts`) ? cells[`${cell}.ts`] : undefined;
  if (text === undefined) throw new Error(`lesson ${lesson} has no ${cell}.ts`);
  return text;
}

/** The title of a lesson, by the list of cells. */
function titleOf({ lesson, cell }: CellName): string {
  const option = document.querySelector(
    `.opener option[value="${CSS.escape(`${lesson}/${cell}`)}"]`,
  );
  return option?.closest('optgroup')?.label ?? lesson;
}

/** Makes a copy of the cell's markup that of another cell. */
function rename(root: HTMLElement, { lesson, cell }: CellName, source: string): void {
  const from = `${root.dataset.name}.ts`;
  root.dataset.lesson = lesson;
  root.dataset.name = cell;
  part(root, '.cell-name').textContent = `${cell}.ts`;
  part(root, '.cell-code code').replaceChildren(h('span', { class: 'line' }, source.trimEnd()));
  for (const element of root.querySelectorAll('[aria-label]'))
    element.setAttribute(
      'aria-label',
      (element.getAttribute('aria-label') ?? '').replace(from, `${cell}.ts`),
    );
}
