import { part } from '../../notebook/dom.ts';
import { CHANGED, type TwoQuestion } from './question.ts';

/** `<two-quiz>`: shows its questions one after the other, and counts. */
export class TwoQuiz extends HTMLElement {
  #at = 0;

  connectedCallback(): void {
    this.addEventListener(CHANGED, (event) => {
      if ((event as CustomEvent<{ restored: boolean }>).detail.restored) this.#resume();
      this.#update();
    });
    part(this, '.quiz-next').addEventListener('click', () => void this.#next());
  }

  get #questions(): TwoQuestion[] {
    return [...this.querySelectorAll<TwoQuestion>('two-question')];
  }

  /** Where the reader stopped: at the first question without an answer. */
  #resume(): void {
    const open = this.#questions.findIndex(({ answered }) => !answered);
    this.#show(open < 0 ? this.#questions.length - 1 : open);
  }

  #show(at: number): void {
    this.#at = at;
    for (const [index, question] of this.#questions.entries())
      question.toggleAttribute('data-current', index === at);
  }

  /** What can be done next: go on, or at the end begin again. */
  #update(): void {
    const questions = this.#questions;
    const button = part(this, '.quiz-next');
    const last = this.#at === questions.length - 1;
    button.hidden = questions[this.#at]?.answered !== true;
    button.textContent = last ? 'Begin again' : 'Next question';
    const right = questions.filter((one) => one.right).length;
    part(this, '.quiz-sum').textContent =
      last && !button.hidden ? `${right} of ${questions.length} right.` : '';
  }

  async #next(): Promise<void> {
    const questions = this.#questions;
    const last = this.#at === questions.length - 1;
    if (last) for (const question of questions) await question.another();
    this.#show(last ? 0 : this.#at + 1);
    this.#update();
    const now = questions[this.#at];
    (now?.querySelector<HTMLElement>('input:enabled') ?? now?.querySelector('summary'))?.focus();
  }
}
