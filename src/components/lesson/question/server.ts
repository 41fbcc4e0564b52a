import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LessonEntry, Manifest, QuizEntry } from '../../../../sandbox/runner/index.ts';

const SANDBOX = join(process.cwd(), 'public/sandbox');

/** A question of a lesson, with the keys that the sandbox build computed. */
export function questionOf(lesson: string, name: string): QuizEntry {
  const file = `lessons/${lesson}/quizzes/${name}.ts`;
  const { lessons } = read<Manifest>('manifest.json', file);
  const list = lessons[lesson];
  const quizzes = list && read<LessonEntry>(list, file).quizzes;
  const entry = quizzes && read<Record<string, QuizEntry>>(quizzes, file)[name];
  if (!entry)
    throw new Error(`${file}: its keys are not computed; is it there, and was the sandbox built?`);
  return entry;
}

function read<T>(name: string, wanted: string): T {
  try {
    return JSON.parse(readFileSync(join(SANDBOX, name), 'utf8'));
  } catch {
    throw new Error(`${wanted}: its keys are not computed; run npm run build:sandbox first`);
  }
}
