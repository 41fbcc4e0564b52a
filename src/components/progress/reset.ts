import { names, replace } from '../store/index.ts';
import { offerUndo, snapshot } from '../store/undo.ts';
import { isPlayground, itemOf } from './names.ts';
import { numberOf } from './state.ts';

/** Forgets texts, knobs, hints, answers and marks, with a way back. */

export function resetLesson(lesson: string): void {
  forget(
    names().filter((name) => itemOf(name)?.lesson === lesson),
    `Lesson ${numberOf(lesson)} is as if you had never been there.`,
  );
}

/** A profile of costs stays: it is no part of any lesson. */
export function resetCourse(): void {
  forget(
    names().filter((name) => itemOf(name) || isPlayground(name) || name === 'last'),
    'The course is as if you had never been here.',
  );
}

function forget(some: readonly string[], words: string): void {
  if (some.length === 0) return;
  const before = snapshot(some);
  for (const name of some) replace(name, null, 'reset');
  offerUndo(words, before);
}
