import type { Given } from '../notebook/cell.ts';
import { debounce, h, part } from '../notebook/dom.ts';
import { keptProfile } from '../notebook/profile.ts';
import { runner, warmWhenIdle } from '../notebook/runner.ts';
import { write as keep, read } from '../notebook/store.ts';
import { PanelForm } from './panels.ts';
import { PlaygroundCell } from './playground-cell.ts';
import {
  type Before,
  type CellName,
  cellInAddress,
  cellName,
  givenFrom,
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
  #record!: PlaygroundRecord;
  /** The cell's markup as the site has it. */
  #pristine!: HTMLElement;
  #rerun = debounce(RUN_MS, () => this.#cell.start());

  connectedCallback(): void {
    this.#pristine = part(this, CELL).cloneNode(true) as HTMLElement;
    this.#record = recordFrom(read<unknown>(RECORD));
    this.#form = new PanelForm(
      part<HTMLFormElement>(this, '.panels'),
      () => this.#panelsChanged(),
      keptProfile() !== undefined,
    );
    this.#form.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#run();
    });
    part(this, '.writer-back').addEventListener('click', () => void this.#back());
    part(this, '.writer-undo').addEventListener('click', () => void this.#undo());
    part(this, '.opener').addEventListener('submit', (event) => {
      event.preventDefault();
      const [lesson, cell] = part<HTMLSelectElement>(this, '.opener select').value.split('/');
      void this.#open(cellName({ lesson, cell }));
    });
    part(this, '.writer-share').addEventListener('click', () => {
      void import('./share.ts').then(({ toggleShare }) => toggleShare(this));
    });
    addEventListener('hashchange', () => void this.#fromAddress());
    void this.#start();
  }

  async #start(): Promise<void> {
    const { panels, open } = this.#record;
    this.#form.show(panels);
    try {
      await this.#hold(open);
    } catch (error) {
      await this.#hold(undefined);
      this.#say(`${open?.cell}.ts could not be opened: ${(error as Error).message}`);
    }
    await this.#fromAddress();
    this.dataset.ready = '';
    warmWhenIdle(this.#cell.dataset.lesson ?? '');
  }

  /** Puts the panels' own cell, or a lesson's, in the place of the one that is there. Runs nothing. */
  async #hold(open: CellName | undefined): Promise<void> {
    const source = open && (await sourceOf(open));
    const old = part(this, CELL);
    if (old instanceof PlaygroundCell) await old.giveWay();
    const place = document.createComment('');
    old.replaceWith(place);
    // The first one was only to be read so far.
    if (!customElements.get(CELL)) customElements.define(CELL, PlaygroundCell);
    const cell = this.#pristine.cloneNode(true) as PlaygroundCell;
    if (open && source !== undefined) rename(cell, open, source);
    this.#cell = cell;
    place.replaceWith(cell);
    if (!open) cell.write(write(this.#form.panels));
    cell.onText = () => this.#showWriter();
    cell.onReset = (made) => {
      if (!open && made.text !== undefined) this.#keep({ before: made });
    };
    this.#keep({ open });
    if (open) part<HTMLSelectElement>(this, '.opener select').value = `${open.lesson}/${open.cell}`;
    this.#showWriter();
  }

  #keep(change: Partial<PlaygroundRecord>): void {
    Object.assign(this.#record, change);
    if (!keep(RECORD, this.#record))
      this.#say('This browser does not keep the panels: copy the code before you leave.');
  }

  #panelsChanged(): void {
    const { panels } = this.#form;
    this.#keep({ panels });
    this.#cell.write(write(panels));
    if (this.#cell.dataset.state !== 'idle') this.#rerun();
  }

  #run(): void {
    if (this.#form.good) this.#cell.start();
    else this.#form.focusWrong();
  }

  /** Says who writes the code, and lets the panels rest while it is not they. */
  #showWriter(): void {
    const { open, before } = this.#record;
    const { isMine } = this.#cell;
    const rest = open !== undefined || isMine;
    this.#say(
      open
        ? `This is ${open.cell}.ts of lesson ${titleOf(open)}. The panels rest.`
        : isMine
          ? 'This code is yours now. The panels rest.'
          : 'The panels write this code. Edit it, and it is yours.',
    );
    this.#form.rest(rest);
    const back = part(this, '.writer-back');
    back.hidden = !rest;
    back.textContent = open ? 'Back to the machine' : 'Back to the panels';
    part(this, '.writer-undo').hidden = before === undefined;
  }

  #say(words: string): void {
    const place = part(this, '.writer-words');
    if (place.textContent !== words) place.textContent = words;
  }

  /** From a lesson's cell to the panels' own, as it was left; from the reader's code to what the panels write. */
  async #back(): Promise<void> {
    if (this.#record.open) await this.#hold(undefined);
    else await this.#cell.toPanels();
    this.#showWriter();
    const next = ['.writer-undo', '.writer-back'].map((name) => part(this, name));
    (next.find(({ hidden }) => !hidden) ?? part(this, '.cell-run')).focus();
  }

  async #undo(): Promise<void> {
    const { before } = this.#record;
    if (!before) return;
    try {
      await this.#take(before);
    } catch (error) {
      return this.#say(`It could not be brought back: ${(error as Error).message}`);
    }
    this.#keep({ before: undefined });
    this.#showWriter();
    const back = part(this, '.writer-back');
    (back.hidden ? part(this, '.cell-run') : back).focus();
  }

  /** Everything as it is now, to be shared or brought back. */
  get state(): Before {
    const { open } = this.#record;
    return { panels: this.#form.panels, ...(open && { open }), ...this.#cell.made };
  }

  /** Shows another state, from a link. What was here can be brought back. */
  async receive(state: Before): Promise<void> {
    const before = this.state;
    await this.#take(state);
    this.#keep({ before });
    this.#showWriter();
    part(this, '.writer-undo').focus();
  }

  async #take({ panels, open, ...made }: Before): Promise<void> {
    // Refuses before anything is changed.
    await (open && sourceOf(open));
    if (panels) {
      this.#form.show(panels);
      this.#keep({ panels });
    }
    await this.#hold(open);
    await this.#give(made);
  }

  /** A cell that has nothing of a reader's and is given nothing stays as it is. */
  async #give(made: Given): Promise<void> {
    if (Object.keys({ ...made, ...this.#cell.made }).length > 0) await this.#cell.load(made);
  }

  /** A cell of a lesson, with what the reader made of it there; the lesson keeps its own. */
  async #open(name: CellName | undefined): Promise<void> {
    if (!name) return this.#say('There is no such cell.');
    try {
      await this.#hold(name);
    } catch (error) {
      return this.#say(`The cell could not be opened: ${(error as Error).message}`);
    }
    await this.#give(givenFrom(read<unknown>(`cell:${name.lesson}/${name.cell}`)));
    part(this, '.cell-code').focus();
  }

  /** An address opens a cell, or brings what somebody shared: that is shown first. */
  async #fromAddress(): Promise<void> {
    const { hash } = location;
    if (!/^#(open|share)=/.test(hash)) return;
    history.replaceState(history.state, '', location.pathname + location.search);
    if (hash.startsWith('#open=')) return this.#open(cellInAddress(hash));
    const { receiveLink } = await import('./receive.ts');
    await receiveLink(this, hash);
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
  const value = CSS.escape(`${lesson}/${cell}`);
  const option = document.querySelector(`.opener option[value="${value}"]`);
  return option?.closest('optgroup')?.label ?? lesson;
}

/** Makes a copy of the cell's markup that of another cell. */
function rename(root: HTMLElement, { lesson, cell }: CellName, source: string): void {
  const from = `${root.dataset.name}.ts`;
  root.dataset.lesson = lesson;
  root.dataset.name = cell;
  part(root, '.cell-name').textContent = `${cell}.ts`;
  part(root, '.cell-title').textContent = 'From a lesson';
  part(root, '.cell-code code').replaceChildren(h('span', { class: 'line' }, source.trimEnd()));
  for (const element of root.querySelectorAll('[aria-label]'))
    element.setAttribute(
      'aria-label',
      (element.getAttribute('aria-label') ?? '').replace(from, `${cell}.ts`),
    );
}
