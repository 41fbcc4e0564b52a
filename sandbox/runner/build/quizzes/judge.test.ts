import { describe, expect, it } from 'vitest';
import type { Quiz, QuizChoice } from '../../../lab/quiz/quiz.ts';
import { judge } from './judge.ts';

type Fit = Exclude<ReturnType<QuizChoice<Seen>['fits']>, boolean>;
type Seen = { rate: number };
type Variant = { frame: number };

const margin = (fits: boolean, of: number): Fit => ({ fits, margin: of });

function question(changes: Partial<Quiz<Variant, Seen>> = {}): Quiz<Variant, Seen> {
  return {
    cell: 'compare',
    variants: [{ frame: 1514 }, { frame: 60 }],
    question: ({ frame }) => `How fast are frames of ${frame} bytes?`,
    run: async ({ frame }) => ({ rate: frame > 1000 ? 9 : 1 }),
    choices: () => [
      { text: 'Fast', fits: ({ rate }) => rate > 5, why: 'They are short.' },
      { text: 'Slow', fits: ({ rate }) => margin(rate <= 5, 0.5), why: 'They are long.' },
    ],
    figures: ({ rate }) => [{ name: 'Rate', value: rate, unit: 'Gb/s' }],
    ...changes,
  };
}

describe('a question', () => {
  it('gets its key from a run of each variant', async () => {
    const quiz = question({
      because: ({ rate }) => `It is ${rate}.`,
      knobs: ({ frame }) => ({ 'Frame size': frame }),
    });
    expect(await judge(quiz)).toEqual({
      cell: 'compare',
      variants: [
        {
          question: 'How fast are frames of 1514 bytes?',
          choices: [{ text: 'Fast' }, { text: 'Slow', why: 'They are long.' }],
          right: 0,
          figures: [{ name: 'Rate', value: 9, unit: 'Gb/s' }],
          because: 'It is 9.',
          knobs: { 'Frame size': 1514 },
        },
        {
          question: 'How fast are frames of 60 bytes?',
          choices: [{ text: 'Fast', why: 'They are short.' }, { text: 'Slow' }],
          right: 1,
          figures: [{ name: 'Rate', value: 1, unit: 'Gb/s' }],
          because: 'It is 1.',
          knobs: { 'Frame size': 60 },
        },
      ],
    });
  });

  const choices = (...fits: (boolean | Fit)[]): Partial<Quiz<Variant, Seen>> => ({
    choices: () =>
      fits.map((fit, i) => ({ text: `Choice ${i}`, fits: () => fit, why: 'Because.' })),
  });

  it.each<[string, Partial<Quiz<Variant, Seen>>, RegExp]>([
    ['has no right choice', choices(false, false), /no choice is right; seen: Rate 9$/],
    [
      'has two right choices',
      choices(true, false, true),
      /2 choices are right: 'Choice 0' and 'Choice 2'; seen: Rate 9/,
    ],
    [
      'comes near to the edge of the right choice',
      choices(margin(true, 0.049), false),
      /unsafe margin: .* within 4\.9 % of the edge of 'Choice 0', and 5 % are needed; seen: Rate 9/,
    ],
    [
      'comes near to the edge of a wrong choice',
      choices(true, margin(false, 0.01)),
      /unsafe margin: .* of 'Choice 1'/,
    ],
    ['has a figure that is no number', choices(true, margin(false, Number.NaN)), /unsafe margin/],
    [
      'throws in its run',
      {
        run: () => {
          throw new Error('frame: 9 is too short');
        },
      },
      /frame: 9 is too short/,
    ],
    [
      'does not say why a choice is wrong',
      { choices: () => noWhy },
      /'Slow' is wrong and does not say/,
    ],
    ['has choices that say the same', { choices: () => twins }, /two choices say the same/],
    ['has one choice', choices(true), /fewer than two choices/],
    ['shows no figure', { figures: () => [] }, /shows no figure/],
    ['asks nothing', { question: () => ' ' }, /the question is empty/],
  ])('that %s is refused, and the variant named', async (_, changes, message) => {
    const judged = judge(question(changes));
    await expect(judged).rejects.toThrow(message);
    await expect(judged).rejects.toThrow('variant 1 of 2 {"frame":1514}: ');
  });

  const noWhy = [
    { text: 'Fast', fits: () => true },
    { text: 'Slow', fits: () => false },
  ];
  const twins = [
    { text: 'Fast', fits: () => true },
    { text: 'Fast', fits: () => false, why: 'No.' },
  ];

  it('may ask for another margin', async () => {
    const wide = question({ ...choices(margin(true, 0.1), false), margin: 0.2 });
    await expect(judge(wide)).rejects.toThrow('20 % are needed');
    expect(await judge({ ...wide, margin: 0.1 })).toMatchObject({ cell: 'compare' });
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'exports no question as default'],
    ['something else', { cell: 'compare' }, 'it lacks question()'],
    ['no cell', question({ cell: '' }), 'names no cell'],
    ['no variants', question({ variants: [] }), 'has no variants'],
    ['variants alike', question({ question: () => 'How fast?' }), 'two variants ask the same'],
  ])('is refused when there is %s', async (_, given, message) => {
    await expect(judge(given)).rejects.toThrow(message);
  });
});
