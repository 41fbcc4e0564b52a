import { watch } from '../store/index.ts';
import { type Item, idOf } from './names.ts';
import { addressOf, countDone, isDone, lessons, nextOf, numberOf } from './state.ts';

const WORDS: Record<Item['kind'], readonly [string, string, string]> = {
  cell: ['cell', 'cells', 'run'],
  exercise: ['exercise', 'exercises', 'passed'],
  quiz: ['quiz', 'quizzes', 'answered'],
};

/** `<lesson-end>`: what is done of this lesson, and where to go on. */
export class LessonEnd extends HTMLElement {
  async connectedCallback(): Promise<void> {
    const course = await lessons().catch(() => []);
    const at = course.findIndex(({ lesson }) => lesson === this.dataset.lesson);
    const here = course[at];
    if (!here) return;
    const draw = (): void => {
      const done = countDone(here.items);
      this.hidden = done === 0;
      this.#set('.lesson-end-count', summary(here.items));
      const next = nextOf(course, at);
      const link = this.querySelector<HTMLAnchorElement>('.lesson-end-next');
      if (!link) return;
      link.hidden = !next;
      if (!next) return;
      const { lesson, kind, name } = next;
      const title = course.find((candidate) => candidate.lesson === lesson)?.title ?? '';
      link.href = addressOf({ lesson, title, at: idOf(next) });
      link.textContent =
        lesson === here.lesson
          ? `Go on with ${kind === 'cell' ? `${name}.ts` : `the ${kind} ${name.replaceAll('-', ' ')}`}`
          : `Go on with lesson ${numberOf(lesson)}, ${title}`;
    };
    draw();
    document.addEventListener('two-done', draw);
    watch(draw);
  }

  #set(selector: string, words: string): void {
    const element = this.querySelector(selector);
    if (element) element.textContent = words;
  }
}

/** `2 of 4 cells run, 1 of 2 exercises passed`. */
export function summary(items: readonly Item[]): string {
  const parts = (['cell', 'exercise', 'quiz'] as const).flatMap((kind) => {
    const some = items.filter((item) => item.kind === kind);
    const [one, many, did] = WORDS[kind];
    if (some.length === 0) return [];
    return [
      `${some.filter(isDone).length} of ${some.length} ${some.length === 1 ? one : many} ${did}`,
    ];
  });
  return parts.join(', ');
}
