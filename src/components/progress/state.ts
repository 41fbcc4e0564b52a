import { siteRoot } from '../../lib/root.ts';
import { read, write } from '../store/index.ts';
import { type Done, type Item, type Kind, LESSON, nameOf } from './names.ts';

/** What a reader has done, as this browser keeps it, against what the lessons hold. */

export interface Lesson {
  lesson: string;
  title: string;
  items: Item[];
}

/** Where a reader was last. */
export interface Place {
  lesson: string;
  title: string;
  /** Id of the element in the lesson, `cell-compare`. */
  at?: string;
}

let loading: Promise<Lesson[]> | undefined;

/** The lessons of this site and what each holds. */
export function lessons(): Promise<Lesson[]> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Lesson[]> {
  const answer = await fetch(new URL('lessons.json', siteRoot()));
  if (!answer.ok) throw new Error(`lessons.json: ${answer.status}`);
  const found = (await answer.json()) as { lesson: string; title: string; items: string[] }[];
  return found.map(({ lesson, title, items }) => ({
    lesson,
    title,
    items: items.map((item) => {
      const [kind = '', name = ''] = item.split(':');
      return { kind: kind as Kind, lesson, name };
    }),
  }));
}

/** Run, passed or answered. */
export function isDone(item: Item): boolean {
  const name = nameOf(item);
  const done = read<Partial<Done> | null>(`done:${name}`);
  if (done?.passed === true || (done && item.kind === 'quiz')) return true;
  const kept = item.kind === 'cell' ? undefined : read<Record<string, unknown> | null>(name);
  return item.kind === 'exercise' ? kept?.passed === true : kept?.right !== undefined;
}

export function countDone(items: readonly Item[]): number {
  return items.filter(isDone).length;
}

/** Notes that an item was run, passed or answered. What was passed once stays so. */
export function noteDone(item: Item, passed: boolean): void {
  const name = `done:${nameOf(item)}`;
  const before = read<Partial<Done> | null>(name);
  if (before?.passed === true || (before && !passed)) return;
  write(name, { when: new Date().toISOString(), passed } satisfies Done);
}

export function lastPlace(): Place | undefined {
  const { lesson, title, at } = read<Partial<Place> | null>('last') ?? {};
  if (typeof lesson !== 'string' || !LESSON.test(lesson) || typeof title !== 'string')
    return undefined;
  const fits = typeof at === 'string' && /^[\w-]{1,90}$/.test(at);
  return { lesson, title: title.slice(0, 100), ...(fits ? { at } : {}) };
}

export function notePlace(place: Place): void {
  const before = lastPlace();
  if (before?.lesson === place.lesson && (!place.at || before.at === place.at)) return;
  write('last', place);
}

export function addressOf({ lesson, at }: Place): string {
  return new URL(`lessons/${lesson}/${at ? `#${at}` : ''}`, siteRoot()).href;
}

/** The first thing not done yet, from a lesson on; undefined when all is done. */
export function nextOf(course: readonly Lesson[], from = 0): Item | undefined {
  const order = [...course.slice(from), ...course.slice(0, from)];
  return order.flatMap(({ items }) => items).find((item) => !isDone(item));
}

/** `Lesson 3` for `03-a-chip-made-of-software`. */
export function numberOf(lesson: string): number {
  return Number.parseInt(lesson, 10);
}
