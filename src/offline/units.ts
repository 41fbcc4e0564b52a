import { OFFLINE_PAGE, PARTS, SMALL_PARTS } from './build.ts';

/** Finds what goes together in a built site. */

/** The lesson whose code an element may run; in the list of progress lessons are only named. */
const RUNS = /<(?!li\b)[a-z-]+\b[^>]*\sdata-lesson="([^"]+)"/g;

/** What pages ask for wherever the reader is. */
const EVERYWHERE = ['favicon.svg', 'lessons.json'];

/** What of the sandbox a lesson's cells and exercises need, besides the folder with the lesson's own files. */
export interface SandboxFiles {
  harness: string;
  /** By lesson, the name of the lab that runs it. */
  labs: Readonly<Record<string, string>>;
}

/** Names of the unit of a lesson's files; the playground opens cells of every lesson. */
const unitOf = (lesson: string): string => `lesson ${lesson}`;

/**
 * @param files every file of the site with its text, or without one if it is not text
 * @returns for each page what it needs, for each part its files, and for `core` what a worker needs
 */
export function findUnits(
  files: ReadonlyMap<string, string | undefined>,
  sandbox: SandboxFiles,
): { core: string[]; units: Record<string, string[]> } {
  const uses = usesOf(files);
  const units: Record<string, string[]> = {};
  for (const lesson of Object.keys(sandbox.labs))
    units[unitOf(lesson)] = existing(lessonFiles(lesson, sandbox, files), files);
  for (const [name, pattern] of Object.entries(PARTS)) {
    const part = [...files.keys()].filter((path) => pattern.test(path));
    if (part.length > 0) units[name] = part;
  }
  for (const [path, text = ''] of files) {
    if (!path.endsWith('index.html')) continue;
    const lessons = [...text.matchAll(RUNS)].map(([, name]) => unitOf(name ?? ''));
    const parts = SMALL_PARTS.filter(({ of }) => text.includes(`<${of}`)).map(({ part }) => part);
    const others = [...new Set([...lessons, ...parts])].flatMap((name) => units[name] ?? []);
    units[path] = existing([path, ...EVERYWHERE, ...reach(path, uses), ...others], files);
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

function lessonFiles(
  name: string,
  { harness, labs }: SandboxFiles,
  files: ReadonlyMap<string, unknown>,
): string[] {
  const own = [...files.keys()].filter((path) => path.startsWith(`sandbox/lessons/${name}/`));
  return [...['manifest.json', harness, labs[name]].map((file) => `sandbox/${file}`), ...own];
}

function existing(paths: string[], files: ReadonlyMap<string, unknown>): string[] {
  return [...new Set(paths)].filter((path) => files.has(path));
}
