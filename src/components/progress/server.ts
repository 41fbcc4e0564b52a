import { getCollection } from 'astro:content';
import { wordsOf } from '../notebook/server.ts';
import type { Kind } from './names.ts';

/** What each lesson holds, read when the site is built. */

export interface CourseItem {
  kind: Kind;
  name: string;
  title: string;
}

export interface CourseLesson {
  lesson: string;
  title: string;
  items: CourseItem[];
}

const pages = import.meta.glob<string>('/lessons/*/index.mdx', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const quizzes = Object.keys(import.meta.glob('/lessons/*/quizzes/*.ts'));

export async function course(): Promise<CourseLesson[]> {
  const docs = await getCollection('docs');
  return docs
    .map(({ id, data }) => ({ lesson: id.replace(/^lessons\//, ''), title: data.title }))
    .sort((a, b) => (a.lesson < b.lesson ? -1 : 1))
    .map((entry) => ({ ...entry, items: itemsOf(entry.lesson) }));
}

/** The elements of a lesson's page in the order they come, then its quizzes. */
function itemsOf(lesson: string): CourseItem[] {
  const page = pages[`/lessons/${lesson}/index.mdx`] ?? '';
  const found = [...page.matchAll(/<(Cell|Exercise)\s([^>]*)>/g)].map(([, tag, text = '']) => {
    const value = (key: string) => new RegExp(`\\b${key}="([^"]*)"`).exec(text)?.[1];
    const file = value('file')?.replace(/\.ts$/, '');
    const name = value('name');
    if (tag === 'Cell' && file)
      return { kind: 'cell', name: file, title: value('title') ?? `${file}.ts` } as const;
    if (tag === 'Exercise' && name)
      return { kind: 'exercise', name, title: value('title') ?? wordsOf(name) } as const;
    throw new Error(`lessons/${lesson}: <${tag} ${text}> names no file`);
  });
  const asked = quizzes
    .filter((path) => path.startsWith(`/lessons/${lesson}/`))
    .map((path) => path.split('/').at(-1)?.replace(/\.ts$/, '') ?? '')
    .map((name) => ({ kind: 'quiz', name, title: wordsOf(name) }) as const);
  return [...found, ...asked];
}
