import { part } from '../../notebook/dom.ts';
import { read, write } from '../../notebook/store.ts';

/** What a browser keeps of a question, under `quiz:<lesson>/<name>`. */
export interface SavedQuiz {
  /** The variant that was asked last, and the choice that was checked. */
  seed?: number;
  chosen?: number;
  /** Whether any variant was answered rightly. */
  right?: boolean;
  tries?: number;
}

/** Sent when a question has been answered or asked anew; bubbles. `detail.restored`: as it was kept. */
export const CHANGED = 'two-question-changed';

/**
 * `<two-question>`: keeps the answer shut until the reader has checked a choice or has run the cell it is
 * about. The keys are fetched only then.
 */
export class TwoQuestion extends HTMLElement {
  #variant = 0;

  connectedCallback(): void {
    this.addEventListener('change', () => {
      if (this.answered) return;
      const alone = this.closest('two-quiz') === null;
      this.say(alone ? 'Now check it, or find out by running the cell.' : 'Now check it.');
    });
    this.#onClick('.question-check', () => void this.check());
    this.#onClick('.question-next', () => void this.another());
    this.#onClick('.question-show', () => void this.#proof(false));
    this.#onClick('.question-prove', () => void this.#proof(true));
    this.#watchCell();
    void this.#restore();
  }

  get lesson(): string {
    return this.dataset.lesson ?? '';
  }

  get name(): string {
    return this.dataset.name ?? '';
  }

  get variant(): number {
    return this.#variant;
  }

  get answered(): boolean {
    return this.hasAttribute('data-answered');
  }

  /** Whether the choice that was checked is the right one. */
  get right(): boolean {
    return this.dataset.answered === 'right';
  }

  /** Index of the choice that is marked, -1 for none. */
  get chosen(): number {
    return this.#inputs.findIndex(({ checked }) => checked);
  }

  say(words: string): void {
    part(this, '.question-status').textContent = words;
  }

  /** Checks what is chosen: says how it did, keeps that, and opens the answer. */
  async check(): Promise<void> {
    if (this.answered) return;
    if (this.chosen < 0) return this.say('Choose one first.');
    await this.#reveal();
    if (!this.answered) return;
    const kept = this.#saved;
    const right = this.right;
    write(this.#key, {
      seed: this.#variant,
      chosen: this.chosen,
      right: right || kept.right === true,
      tries: (kept.tries ?? 0) + 1,
    } satisfies SavedQuiz);
    const detail = { lesson: this.lesson, kind: 'quiz', name: this.name, passed: right };
    this.dispatchEvent(new CustomEvent('two-progress', { bubbles: true, detail }));
  }

  /** Asks the next variant. */
  async another(): Promise<void> {
    const next = (this.#variant + 1) % Number(this.dataset.variants);
    if (!(await this.#ask(next))) return;
    this.#tell(false);
    this.say(`Another one. ${part(this, '.question-status').dataset.hint}`);
    this.#inputs[0]?.focus();
  }

  get #key(): string {
    return `quiz:${this.lesson}/${this.name}`;
  }

  get #inputs(): HTMLInputElement[] {
    return [...this.querySelectorAll('input')];
  }

  get #cell(): HTMLElement | null {
    return document.getElementById(`cell-${this.dataset.cell}`);
  }

  /** What is kept, as far as it is what this file keeps. */
  get #saved(): SavedQuiz {
    const saved = read<Record<string, unknown>>(this.#key);
    if (typeof saved !== 'object' || saved === null) return {};
    const count = (value: unknown, below: number): number | undefined =>
      Number.isInteger(value) && (value as number) >= 0 && (value as number) < below
        ? (value as number)
        : undefined;
    return {
      seed: count(saved.seed, Number(this.dataset.variants)),
      chosen: count(saved.chosen, 10),
      right: saved.right === true,
      tries: count(saved.tries, 1e6),
    };
  }

  #onClick(selector: string, action: () => void): void {
    part(this, selector).addEventListener('click', action);
  }

  /** A run of the cell shows the answer too: to the first question, and to whoever has chosen. */
  #watchCell(): void {
    const cell = this.#cell;
    if (!cell || this.closest('two-quiz')) return;
    new MutationObserver(async () => {
      const shows = !this.answered && (this.chosen >= 0 || this.#variant === 0);
      const { state } = cell.dataset;
      if (shows && state === 'running') return this.#keepPlace(true);
      if (shows && state === 'done') await (this.chosen >= 0 ? this.check() : this.#reveal());
      this.#keepPlace(false);
    }).observe(cell, { attributes: true, attributeFilter: ['data-state'] });
  }

  /** Opens or closes the place of the answer, unseen. */
  #keepPlace(kept: boolean): void {
    if (kept === this.#coming) return;
    this.#hold(() => {
      this.toggleAttribute('data-coming', kept);
      if (!this.answered) part<HTMLDetailsElement>(this, '.question-answer').open = kept;
    });
  }

  get #coming(): boolean {
    return this.hasAttribute('data-coming');
  }

  /** Makes a change above the cell, which stays where the reader is looking at it. */
  #hold(change: () => void): void {
    const top = (): number => this.#cell?.getBoundingClientRect().top ?? 0;
    const before = top();
    change();
    const moved = top() - before;
    if (moved !== 0 && before < innerHeight) scrollBy({ top: moved, behavior: 'instant' });
  }

  async #restore(): Promise<void> {
    const { seed = 0, chosen } = this.#saved;
    if (chosen === undefined) return;
    if (!(await this.#ask(seed))) return;
    const input = this.#inputs[chosen];
    if (!input) return;
    input.checked = true;
    await this.#reveal(true);
  }

  /** Opens the answer; `quiet` leaves it closed, and the focus where it is. */
  async #reveal(quiet = false): Promise<void> {
    const held = this.contains(document.activeElement);
    await this.#load(async ({ showAnswer, variantOf }) => {
      const variant = await variantOf(this);
      const show = (): void => {
        showAnswer(this, variant, this.chosen);
        part<HTMLDetailsElement>(this, '.question-answer').open = !quiet;
      };
      if (this.#coming) this.#hold(show);
      else show();
    });
    if (!this.answered) return;
    const details = part<HTMLDetailsElement>(this, '.question-answer');
    if (held && !quiet) part(details, 'summary').focus({ preventScroll: true });
    this.#tell(quiet);
  }

  #tell(restored: boolean): void {
    this.dispatchEvent(new CustomEvent(CHANGED, { bubbles: true, detail: { restored } }));
  }

  async #ask(variant: number): Promise<boolean> {
    const before = this.#variant;
    this.#variant = variant;
    const asked = await this.#load(async ({ showQuestion, variantOf }) => {
      const one = await variantOf(this);
      showQuestion(this, one);
    });
    if (!asked) this.#variant = before;
    return asked;
  }

  async #proof(run: boolean): Promise<void> {
    const cell = this.#cell;
    if (!cell) return;
    await this.#load(async ({ variantOf, showRun }) => {
      const { knobs } = await variantOf(this);
      await showRun(cell, knobs, run);
    });
  }

  /** False when the keys could not be fetched; the page says so. */
  async #load(work: (shown: typeof import('./answer.ts')) => Promise<void>): Promise<boolean> {
    try {
      await work(await import('./answer.ts'));
      return true;
    } catch (error) {
      this.say(`The answer could not be loaded: ${(error as Error).message}. Try again.`);
      return false;
    }
  }
}
