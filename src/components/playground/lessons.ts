/** What the list of cells is made of, when the site is built. */

export interface LessonCells {
  slug: string;
  title: string;
  cells: { name: string; words: string }[];
}

const pages = import.meta.glob<string>('/lessons/*/index.mdx', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Every lesson that has cells, with them in the order in which it shows them. */
export function lessonCells(): LessonCells[] {
  return Object.entries(pages)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, text]) => lessonOf(path.split('/')[2] ?? '', text))
    .filter(({ cells }) => cells.length > 0);
}

function lessonOf(slug: string, text: string): LessonCells {
  const [, title = slug] = /^title:\s*["']?(.*?)["']?\s*$/m.exec(text) ?? [];
  const cells = [...text.matchAll(/<Cell\s([^>]*)\/?>/g)].flatMap(([, props = '']) => {
    const [, name] = /file="([\w-]+)\.ts"/.exec(props) ?? [];
    const [, words = name] = /title="([^"]*)"/.exec(props) ?? [];
    return name === undefined ? [] : [{ name, words: `${words} (${name}.ts)` }];
  });
  return { slug, title: `${Number(slug.slice(0, 2))}, ${title}`, cells };
}
