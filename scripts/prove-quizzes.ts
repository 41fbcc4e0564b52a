import { basename } from 'node:path';
import type { KnobSpec } from '../sandbox/lab/report.ts';
import type { QuizResult } from '../sandbox/runner/build/quizzes/build.ts';
import type { QuizEntry } from '../sandbox/runner/quiz.ts';
import type { LessonBuild } from './lesson-build.ts';
import { type Proof, work, wrong } from './lesson-thread.ts';
import type { Lesson } from './lessons.ts';

/**
 * Of each question: its key is clear, and the run that the page offers as its proof is one that the cell can
 * do. The knobs of every variant are looked at, and the cell runs with those of the last.
 */
export function proofsOfQuizzes(
  build: LessonBuild,
  { slug, cells }: Lesson,
  judged: readonly QuizResult[],
): Proof[] {
  return judged.map(({ name, done }) => ({
    name: `${slug}/quizzes/${name}.ts`,
    run: async () => {
      if (done.error !== undefined) return wrong(done.error);
      const { cell, variants } = done.entry;
      const file = cells.find((path) => basename(path) === `${cell}.ts`);
      if (file === undefined) return wrong(`there is no cell '${cell}'`);
      await proveRun(build, file, done.entry);
      return `${variants.length} variants`;
    },
  }));
}

async function proveRun(build: LessonBuild, file: string, { variants }: QuizEntry): Promise<void> {
  const { knobs } = variants.at(-1) ?? wrong('has no variants');
  const [cell, lab] = await Promise.all([build.code(file), build.lab()]);
  const answer = await work({ kind: 'cell', cell, lab, knobs });
  if (answer.kind !== 'cell' || answer.reports.length === 0) return wrong('the cell shows nothing');
  for (const [index, { knobs }] of variants.entries())
    for (const [label, value] of Object.entries(knobs)) {
      const spec = answer.knobs.find((knob) => knob.label === label);
      if (spec === undefined) wrong(`the cell has no knob '${label}'`);
      else if (!accepts(spec, value))
        wrong(`variant ${index + 1}: the knob '${label}' cannot be ${value}`);
    }
}

function accepts(spec: KnobSpec, value: number | string | boolean): boolean {
  if (spec.type === 'switch') return typeof value === 'boolean';
  if (spec.type === 'choice') return spec.choices.some((choice) => choice === value);
  if (typeof value !== 'number' || value < spec.min || value > spec.max) return false;
  const steps = (value - spec.min) / (spec.step ?? 1);
  return Math.abs(steps - Math.round(steps)) < 1e-6;
}
