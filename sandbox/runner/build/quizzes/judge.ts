import type { Quiz, QuizChoice } from '../../../lab/quiz/quiz.ts';
import type { QuizEntry, QuizVariant } from '../../quiz.ts';

/** Works out a question's keys by running it, and refuses a question whose key is not clear. */

type AnyQuiz = Quiz<unknown, unknown>;
type AnyChoice = QuizChoice<unknown>;

/** How near to the edge of a choice a figure may come, as a share, unless the question says. */
const MARGIN = 0.05;

/**
 * Every variant with its key.
 * @throws Error that names the variant, when none or several of the choices fit, when a figure is too near
 * to the edge of a choice, or when something to read is missing
 */
export async function judge(given: unknown): Promise<QuizEntry> {
  const quiz = given as Partial<AnyQuiz> | undefined;
  const methods = ['question', 'run', 'choices', 'figures'] as const;
  const missing = methods.find((name) => typeof quiz?.[name] !== 'function');
  if (!quiz || missing) refuse(`exports no question as default: it lacks ${missing}()`);
  const { cell, variants } = quiz;
  if (typeof cell !== 'string' || cell === '') refuse('names no cell');
  if (!Array.isArray(variants) || variants.length === 0) refuse('has no variants');
  const judged: QuizVariant[] = [];
  for (const [index, variant] of variants.entries()) {
    try {
      judged.push(await judgeVariant(quiz as AnyQuiz, variant));
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      refuse(`variant ${index + 1} of ${variants.length} ${JSON.stringify(variant)}: ${words}`);
    }
  }
  if (new Set(judged.map(({ question }) => question)).size < judged.length)
    refuse('two variants ask the same question');
  return { cell, variants: judged };
}

async function judgeVariant(quiz: AnyQuiz, variant: unknown): Promise<QuizVariant> {
  const seen = await quiz.run(variant);
  const choices = quiz.choices(variant);
  const figures = [...quiz.figures(seen, variant)];
  const shown = figures.map(({ name, value }) => `${name} ${value}`).join(', ');
  if (choices.length < 2) refuse('there are fewer than two choices');
  if (new Set(choices.map(({ text }) => text)).size < choices.length)
    refuse('two choices say the same');
  if (figures.length === 0) refuse('shows no figure');
  const right = rightOf(choices, seen, quiz.margin ?? MARGIN, shown);
  const because = quiz.because?.(seen, variant);
  return {
    question: words(quiz.question(variant), 'the question is empty'),
    choices: choices.map(({ text, why }, index) => ({
      text: words(text, 'a choice is empty'),
      ...(index === right ? {} : { why: words(why, `'${text}' is wrong and does not say why`) }),
    })),
    right,
    figures,
    ...(because === undefined ? {} : { because }),
    knobs: quiz.knobs?.(variant) ?? {},
  };
}

function rightOf(
  choices: readonly AnyChoice[],
  seen: unknown,
  needed: number,
  shown: string,
): number {
  const fits = choices.map((choice) => {
    const fit = choice.fits(seen);
    return typeof fit === 'boolean' ? { fits: fit, margin: 1 } : fit;
  });
  const right = choices.filter((_, index) => fits[index]?.fits);
  if (right.length === 0) refuse(`no choice is right; seen: ${shown}`);
  if (right.length > 1) {
    const list = right.map(({ text }) => `'${text}'`).join(' and ');
    refuse(`${right.length} choices are right: ${list}; seen: ${shown}`);
  }
  // Not `<`: a figure that is no number has no margin either.
  for (const [index, { margin }] of fits.entries())
    if (!(margin >= needed))
      refuse(
        `unsafe margin: what was seen is within ${(margin * 100).toFixed(1)} % of the edge of ` +
          `'${choices[index]?.text}', and ${needed * 100} % are needed; seen: ${shown}`,
      );
  return choices.indexOf(right[0]);
}

function words(text: unknown, complaint: string): string {
  return typeof text === 'string' && text.trim() !== '' ? text : refuse(complaint);
}

function refuse(why: string): never {
  throw new Error(why);
}
