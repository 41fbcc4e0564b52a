import type { KnobValue, QuizVariant } from '../../../../sandbox/runner/index.ts';
import type { TwoCell } from '../../notebook/cell.ts';
import { h, part } from '../../notebook/dom.ts';
import { runner } from '../../notebook/runner.ts';
import { quantity } from '../../report/format.ts';
import type { TwoQuestion } from './question.ts';

/** What a question needs once it is answered, or asked again: loaded then. */

/** The variant that is asked, with its key. */
export async function variantOf({ lesson, name, variant }: TwoQuestion): Promise<QuizVariant> {
  const found = (await runner().assets.quizzes(lesson))[name]?.variants[variant];
  if (!found) throw new Error('it is not among the questions of this lesson');
  return found;
}

/** Puts a variant's question in the place of the one that was asked, not answered yet. */
export function showQuestion(element: TwoQuestion, { question, choices }: QuizVariant): void {
  element.removeAttribute('data-answered');
  part(element, '.question-text').textContent = question;
  part(element, '.question-choices').replaceChildren(
    ...choices.map(({ text }, index) =>
      h(
        'label',
        {},
        h('input', { type: 'radio', name: `question-${element.name}`, value: index }),
        h('span', {}, text),
      ),
    ),
  );
  part<HTMLDetailsElement>(element, '.question-answer').open = false;
  showButtons(element, false);
}

/** Marks the right choice and the reader's, says how it did, and fills in the answer. */
export function showAnswer(element: TwoQuestion, variant: QuizVariant, chosen: number): void {
  const { choices, right, because, figures } = variant;
  for (const [index, label] of [...element.querySelectorAll('label')].entries()) {
    part<HTMLInputElement>(label, 'input').disabled = true;
    label.classList.toggle('is-answer', index === right);
    const verdict = index === right ? 'this one' : index === chosen ? 'your choice' : undefined;
    if (verdict) label.append(h('em', { class: 'verdict' }, verdict));
  }
  const prose = element.querySelector<HTMLElement>('.question-prose');
  const words = part(element, '.question-because');
  const ownWords = because !== undefined && (prose === null || element.variant > 0);
  words.textContent = because ?? '';
  words.hidden = !ownWords;
  if (prose) prose.hidden = ownWords;
  part(element, '.question-right').textContent = choices[right]?.text ?? '';
  part(element, '.question-figures').replaceChildren(
    ...figures.map(({ name, value, unit }) =>
      h(
        'div',
        {},
        h('dt', {}, name),
        h('dd', {}, typeof value === 'number' ? quantity(value, unit) : value),
      ),
    ),
  );
  element.dataset.answered = chosen < 0 ? 'unasked' : chosen === right ? 'right' : 'wrong';
  element.say(
    chosen < 0
      ? 'You ran it without a guess.'
      : chosen === right
        ? 'Right.'
        : `Not this one. ${choices[chosen]?.why ?? ''}`,
  );
  showButtons(element, true);
}

function showButtons(element: TwoQuestion, answered: boolean): void {
  const hasCell = document.getElementById(`cell-${element.dataset.cell}`) !== null;
  part(element, '.question-check').hidden = answered;
  part(element, '.question-prove').hidden = !(answered && hasCell);
  part(element, '.question-show').hidden = !(answered && hasCell);
  part(element, '.question-next').hidden = !(answered && Number(element.dataset.variants) > 1);
}

/** Goes to the cell with its knobs as in the run that was computed; `run` presses Run. */
export async function showRun(
  cell: HTMLElement,
  knobs: Record<string, KnobValue>,
  run: boolean,
): Promise<void> {
  await (cell as TwoCell).load({ knobs });
  const button = part<HTMLButtonElement>(cell, '.cell-run');
  cell.scrollIntoView({ block: 'start' });
  button.focus({ preventScroll: true });
  if (run) button.click();
}
