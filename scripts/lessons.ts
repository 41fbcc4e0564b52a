import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface Exercise {
  name: string;
  folder: string;
  hints: string[];
  /** Names of files that look like a solution, and must not pass. */
  cheats: string[];
}

export interface Lesson {
  slug: string;
  folder: string;
  /** Paths of the cells' files. */
  cells: string[];
  exercises: Exercise[];
}

interface FrontMatter {
  exercises?: Record<string, { hints?: string[]; from?: string }>;
}

/** All lessons of a folder, by their number. */
export function lessonsIn(folder: string): Lesson[] {
  return folders(folder).map((slug) => lessonIn(join(folder, slug), slug));
}

function lessonIn(folder: string, slug: string): Lesson {
  const cells = join(folder, 'cells');
  const declared = frontMatter(join(folder, 'index.mdx')).exercises ?? {};
  const names = new Set([...folders(join(folder, 'exercises')), ...Object.keys(declared)]);
  return {
    slug,
    folder,
    cells: files(cells).map((file) => join(cells, file)),
    exercises: [...names].map((name) => {
      const own = join(folder, 'exercises', name);
      const hints = declared[name]?.hints ?? hintsBeside(own);
      return { name, folder: own, hints, cheats: cheatsIn(own) };
    }),
  };
}

function frontMatter(page: string): FrontMatter {
  // The playground's cell stands in a folder like a lesson's, without prose.
  if (!existsSync(page)) return {};
  const match = /^---\n([\s\S]*?)\n---/.exec(readFileSync(page, 'utf8'));
  return match ? (parse(match[1] ?? '') as FrontMatter) : {};
}

function hintsBeside(folder: string): string[] {
  const file = join(folder, 'exercise.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')).hints ?? []) : [];
}

function cheatsIn(folder: string): string[] {
  return files(folder)
    .filter((name) => name.startsWith('cheat'))
    .map((name) => name.replace(/\.ts$/, ''));
}

function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort();
}

function folders(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
