import { OFFLINE_PAGE, PARTS } from './build.ts';

/** Finds what goes together in a built site. */

/** The part of the sandbox's manifest that says what a lesson needs. */
export interface LessonFiles {
  harness: string;
  lessons: Record<
    string,
    {
      lab: string;
      texts: string;
      cells: { code: string; map: string }[];
      exercises: Record<string, Record<string, { code: string; map: string } | string>>;
    }
  >;
}

/**
 * @param files every file of the site with its text, or without one if it is not text
 * @returns for each page what it needs, for each part its files, and for `core` what a worker needs
 */
export function findUnits(
  files: ReadonlyMap<string, string | undefined>,
  sandbox: LessonFiles,
): { core: string[]; units: Record<string, string[]> } {
  const uses = usesOf(files);
  const units: Record<string, string[]> = {};
  for (const [path, text] of files) {
    if (!path.endsWith('index.html')) continue;
    const lessons = [...(text ?? '').matchAll(/\sdata-lesson="([^"]+)"/g)].map(([, name]) => name);
    const all = [path, 'favicon.svg', ...reach(path, uses)];
    for (const name of new Set(lessons)) all.push(...lessonFiles(name ?? '', sandbox));
    units[path] = existing(all, files);
  }
  for (const [name, pattern] of Object.entries(PARTS)) {
    const part = [...files.keys()].filter((path) => pattern.test(path));
    if (part.length > 0) units[name] = part;
  }
  const core = units[OFFLINE_PAGE];
  if (!core) throw new Error(`there is no ${OFFLINE_PAGE}`);
  return { core, units };
}

/** Files with a hash in their name are told by it, wherever it stands in a text. */
function usesOf(files: ReadonlyMap<string, string | undefined>): Map<string, string[]> {
  const byName = new Map<string, string>();
  for (const path of files.keys())
    if (path.startsWith('_astro/')) byName.set(path.slice('_astro/'.length), path);
  const uses = new Map<string, string[]>();
  for (const [path, text] of files) {
    if (text === undefined || !/^_astro\/|\.html$/.test(path)) continue;
    const names = text.match(/[\w@.-]+\.(?:js|css|woff2|svg|png)\b/g) ?? [];
    const found = names.map((name) => byName.get(name)).filter((other) => other !== undefined);
    uses.set(
      path,
      [...new Set(found)].filter((other) => other !== path),
    );
  }
  return uses;
}

function reach(start: string, uses: ReadonlyMap<string, string[]>): string[] {
  const seen = new Set<string>();
  const waiting = [start];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop())
    for (const next of uses.get(path) ?? [])
      if (!seen.has(next)) {
        seen.add(next);
        waiting.push(next);
      }
  return [...seen];
}

function lessonFiles(name: string, { harness, lessons }: LessonFiles): string[] {
  const lesson = lessons[name];
  if (!lesson) return [];
  const compiled = Object.values(lesson.exercises).flatMap((parts) => Object.values(parts));
  const pairs = [...lesson.cells, ...compiled].filter((part) => typeof part !== 'string');
  return ['manifest.json', harness, lesson.lab, lesson.texts]
    .concat(pairs.flatMap(({ code, map }) => [code, map]))
    .map((file) => `sandbox/${file}`);
}

function existing(paths: string[], files: ReadonlyMap<string, unknown>): string[] {
  return [...new Set(paths)].filter((path) => files.has(path));
}
