/** What the components read when the site is built. */
import heights from '../../../content/heights.json' with { type: 'json' };

const sources = import.meta.glob<string>('/lessons/*/{cells,exercises}/**/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const extras = import.meta.glob<{ hints?: string[] }>('/lessons/*/exercises/*/exercise.json', {
  import: 'default',
  eager: true,
});

const begun = new WeakSet<Request>();

/** Whether this is the first call for a page that is being built. */
export function isFirst(page: Request): boolean {
  const first = !begun.has(page);
  begun.add(page);
  return first;
}

/** The lesson's folder name: as given, or the folder in the page's address. */
export function lessonOf(given: string | undefined, page: URL): string {
  const lesson = given ?? /\/lessons\/([^/]+)/.exec(page.pathname)?.[1];
  if (!lesson)
    throw new Error(
      `a cell on ${page.pathname} needs the prop 'lesson', such as lesson="01-the-ledger"`,
    );
  return lesson;
}

/** A source text by its path in the lesson. */
export function sourceOf(lesson: string, path: string): string {
  const text = sources[`/lessons/${lesson}/${path}`];
  if (text === undefined) throw new Error(`there is no lessons/${lesson}/${path}`);
  return text.replace(/\n$/, '');
}

/** How high the parts of a cell or an exercise are once it has run, by the name of the part; see place.ts. */
export function heightsOf(lesson: string, id: string): Partial<Record<string, string>> {
  const measured: Record<string, Record<string, Record<string, string>>> = heights;
  return measured[lesson]?.[id] ?? {};
}

export function hintsOf(lesson: string, exercise: string): string[] {
  return extras[`/lessons/${lesson}/exercises/${exercise}/exercise.json`]?.hints ?? [];
}

/** `fewer-exits` as `Fewer exits`. */
export function wordsOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
