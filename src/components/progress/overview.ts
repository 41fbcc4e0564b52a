import { part } from '../notebook/dom.ts';
import { names, text, watch } from '../store/index.ts';
import { startKeeping } from '../store/start.ts';
import { dropUndo } from '../store/undo.ts';
import { summary } from './lesson-end.ts';
import { type Item, idOf, type Kind } from './names.ts';
import { resetCourse, resetLesson } from './reset.ts';
import { addressOf, countDone, isDone, type Lesson, lastPlace, nextOf, numberOf } from './state.ts';

const DID: Record<Kind, string> = { cell: 'run', exercise: 'passed', quiz: 'answered' };

/** `<course-progress>`: fills the overview with what this browser keeps, and keeps it up to date. */
export class CourseProgress extends HTMLElement {
  #lessons: Lesson[] = [];

  connectedCallback(): void {
    startKeeping();
    this.#lessons = [...this.querySelectorAll<HTMLElement>('.progress-lesson')].map((row) => ({
      lesson: row.dataset.lesson ?? '',
      title: part(row, 'h2').textContent ?? '',
      items: [...row.querySelectorAll<HTMLElement>('a.progress-box')].map((box) =>
        itemOf(row, box),
      ),
    }));
    for (const hidden of this.querySelectorAll<HTMLElement>('.progress-head, .progress-file'))
      hidden.hidden = false;
    for (const row of this.querySelectorAll<HTMLElement>('.progress-lesson'))
      part(row, '.progress-reset').addEventListener('click', () => {
        resetLesson(row.dataset.lesson ?? '');
        part(row, 'h2 a').focus();
      });
    part(this, '.work-reset').addEventListener('click', resetCourse);
    part(this, '.work-export').addEventListener('click', async () => {
      const { downloadWork } = await import('./export.ts');
      this.#say(`Downloaded as ${downloadWork()}.`);
    });
    const input = part<HTMLInputElement>(this, '.work-import input');
    input.addEventListener('change', () => void this.#import(input));
    this.#draw();
    let waiting = false;
    watch(() => {
      if (waiting) return;
      waiting = true;
      queueMicrotask(() => {
        waiting = false;
        this.#draw();
      });
    });
  }

  #draw(): void {
    for (const { lesson, items } of this.#lessons) this.#drawLesson(lesson, items);
    const all = this.#lessons.flatMap(({ items }) => items);
    const done = countDone(all);
    part(this, '.progress-sum').textContent =
      done === 0
        ? 'Nothing done yet'
        : done === all.length
          ? `All ${all.length} done.`
          : `${done} of ${all.length} done`;
    part(this, '.progress-line span').style.width = `${(100 * done) / Math.max(1, all.length)}%`;
    this.#drawNext(done);
  }

  #drawLesson(lesson: string, items: Item[]): void {
    const row = part(this, `.progress-lesson[data-lesson="${CSS.escape(lesson)}"]`);
    const done = countDone(items);
    row.dataset.state = done === 0 ? 'new' : done === items.length ? 'done' : 'begun';
    part(row, '.progress-count').textContent = done === 0 ? '' : summary(items);
    for (const [index, box] of [...row.querySelectorAll<HTMLElement>('a.progress-box')].entries()) {
      const item = items[index]!;
      const checked = isDone(item);
      box.toggleAttribute('data-done', checked);
      const state = checked ? DID[item.kind] : `not ${DID[item.kind]} yet`;
      part(box, 'span').textContent = `${box.title}, ${item.kind}: ${state}`;
    }
    part(row, '.progress-reset').hidden = !names().some(
      (name) => name.includes(`:${lesson}/`) && text(name) !== null,
    );
  }

  /** Where the reader was last, if something is left there; else the next thing on the way. */
  #drawNext(done: number): void {
    const place = lastPlace();
    const at = Math.max(
      0,
      this.#lessons.findIndex(({ lesson }) => lesson === place?.lesson),
    );
    const next = nextOf(this.#lessons, at);
    const link = part<HTMLAnchorElement>(this, '.progress-next a');
    link.hidden = !next;
    if (!next) return;
    const title = this.#lessons.find(({ lesson }) => lesson === next.lesson)?.title ?? '';
    const verb = done === 0 && !place ? 'Start' : 'Go on';
    link.href = addressOf({ lesson: next.lesson, title, at: idOf(next) });
    link.textContent = `${verb} with lesson ${numberOf(next.lesson)}, ${title}`;
  }

  async #import(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? [];
    // The same file can be chosen again.
    input.value = '';
    if (!file) return;
    const { importFile } = await import('./import.ts');
    dropUndo();
    await importFile(
      file,
      part(this, '.work-plan'),
      new Set(this.#lessons.map(({ lesson }) => lesson)),
      (words) => this.#say(words),
    );
  }

  #say(words: string): void {
    part(this, '.work-status').textContent = words;
  }
}

function itemOf(row: HTMLElement, box: HTMLElement): Item {
  return {
    kind: box.dataset.kind as Kind,
    lesson: row.dataset.lesson ?? '',
    name: box.dataset.name ?? '',
  };
}
