import { type CollectionEntry, getCollection } from 'astro:content';

/** Where the course uses a term or a source: read from the lessons' texts when the site is built. */

export interface LessonName {
  id: string;
  number: number;
  title: string;
}

type Lesson = CollectionEntry<'docs'>;

const lessons = (await getCollection('docs')).sort((a, b) => (a.id < b.id ? -1 : 1));

export function lessonName({ id, data }: Lesson): LessonName {
  return { id, number: Number(/^lessons\/(\d+)-/.exec(id)?.[1]), title: data.title };
}

/** Lessons whose text has `<Term id="…">`. */
export function lessonsWithTerm(id: string): LessonName[] {
  return lessonsWith(`<Term id="${id}"`);
}

/** Lessons whose text has `<Cite source="…">`. */
export function lessonsCiting(id: string): LessonName[] {
  return lessonsWith(`<Cite source="${id}"`);
}

function lessonsWith(text: string): LessonName[] {
  return lessons.filter(({ body }) => body?.includes(text)).map(lessonName);
}

/** Questions in the order of the lessons that answer them. */
export async function questionsInOrder(): Promise<CollectionEntry<'questions'>[]> {
  const questions = await getCollection('questions');
  return questions.sort((a, b) => (a.data.lesson.id < b.data.lesson.id ? -1 : 1));
}
