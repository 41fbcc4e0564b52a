import { part } from './dom.ts';
import { runner } from './runner.ts';
import { read, type Saved } from './store.ts';

/** The exercise that a solution belongs to. */
export interface Solved {
  readonly root: HTMLElement;
  readonly lesson: string;
  readonly name: string;
  saved(): Saved;
  /** The reader's text, or the start. */
  text(): string;
  replace(text: string): Promise<void>;
  keep(change: Partial<Saved>): void;
  say(words: string): void;
}

/**
 * What follows the hints: the solution, what differs from the reader's text, and taking it over. A text
 * that another one takes the place of is kept until it is taken back.
 */
export class Solution {
  #of: Solved;

  constructor(exercise: Solved) {
    this.#of = exercise;
    this.#on('.exercise-solution', () => this.#show());
    this.#on('.exercise-use', () => this.#use());
    this.#on('.exercise-compare', () => this.#toggleDifference());
    this.#on('.exercise-back', () => this.#takeBack());
    this.#showKept();
    const { from } = exercise.root.dataset;
    if (from) this.#offerEarlier(from);
  }

  /** The reader's text is another one now. */
  textChanged(): void {
    if (!part(this.#of.root, '.exercise-diff').hidden) void this.#showDifference();
  }

  /** Tells the reader when something could not be loaded. */
  #on(selector: string, action: () => Promise<void>): void {
    const failed = (error: Error): void =>
      this.#of.say(`The solution could not be loaded: ${error.message}`);
    part(this.#of.root, selector).addEventListener('click', () => void action().catch(failed));
  }

  async #text(): Promise<string> {
    const texts = await runner().assets.lessonTexts(this.#of.lesson);
    return texts.exercises[this.#of.name]?.solution ?? '';
  }

  async #show(): Promise<void> {
    const answer = part(this.#of.root, '.exercise-answer');
    answer.textContent = await this.#text();
    part(this.#of.root, '.exercise-solved').hidden = false;
    answer.focus();
  }

  async #use(): Promise<void> {
    if (await this.#exchange(await this.#text()))
      this.#of.say('The solution is in the place of your text, which you can take back.');
  }

  /** Puts a text in the place of the reader's and keeps that. False when they are the same. */
  async #exchange(text: string): Promise<boolean> {
    const before = this.#of.text();
    if (before.trim() === text.trim()) {
      this.#of.say('Your text is the same.');
      return false;
    }
    this.#of.keep({ mine: before });
    await this.#of.replace(text);
    this.#showKept();
    return true;
  }

  #showKept(): void {
    part(this.#of.root, '.exercise-kept').hidden = typeof this.#of.saved().mine !== 'string';
  }

  /** What has been written since is kept in its turn; the solution as it was is not. */
  async #takeBack(): Promise<void> {
    const { mine } = this.#of.saved();
    if (typeof mine !== 'string') return;
    const now = this.#of.text();
    const given = await this.#text().catch(() => '');
    const worth = now.trim() !== given.trim() && now.trim() !== mine.trim();
    this.#of.keep({ mine: worth ? now : undefined });
    await this.#of.replace(mine);
    this.#showKept();
    this.#of.say(
      worth
        ? 'Your earlier text is back. What stood here just now is kept in its turn.'
        : 'Your own text is back.',
    );
    if (!worth) part(this.#of.root, '.cell-edit').focus();
  }

  async #toggleDifference(): Promise<void> {
    const button = part(this.#of.root, '.exercise-compare');
    const shown = button.getAttribute('aria-expanded') === 'true';
    button.setAttribute('aria-expanded', String(!shown));
    part(this.#of.root, '.exercise-diff').hidden = shown;
    if (!shown) await this.#showDifference();
  }

  async #showDifference(): Promise<void> {
    const [{ diffView }, solution] = await Promise.all([import('../diff/view.ts'), this.#text()]);
    const view = diffView('From your text to the solution', this.#of.text(), solution);
    part(this.#of.root, '.exercise-diff').replaceChildren(view);
  }

  /** An exercise that goes on where another one ended offers the reader's solution of that as a start. */
  #offerEarlier(from: string): void {
    const earlier = (): Saved => read<Saved>(`exercise:${this.#of.lesson}/${from}`) ?? {};
    const show = (): void => {
      const { passed, text } = earlier();
      part(this.#of.root, '.exercise-from').hidden = !passed || typeof text !== 'string';
    };
    this.#on('.exercise-from button', async () => {
      const { text } = earlier();
      if (typeof text === 'string' && (await this.#exchange(text)))
        this.#of.say('Your earlier solution is here. What stood here before can be taken back.');
    });
    show();
    // The other one has kept its text a moment after it has passed.
    document.addEventListener('two-progress', () => setTimeout(show, 1_000));
  }
}
