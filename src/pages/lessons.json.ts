import { course } from '../components/progress/server.ts';

/** What each lesson holds, for pages that mark what a reader has done. */
export async function GET(): Promise<Response> {
  const lessons = (await course()).map(({ lesson, title, items }) => ({
    lesson,
    title,
    items: items.map(({ kind, name }) => `${kind}:${name}`),
  }));
  return new Response(JSON.stringify(lessons), { headers: { 'content-type': 'application/json' } });
}
