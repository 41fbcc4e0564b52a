import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { bundleCell } from '../../bundle.ts';
import type { LessonQuizzes } from '../../quiz.ts';
import { QuizCache } from './cache.ts';
import { type Done, judgeAll } from './threads.ts';

export interface QuizBuild {
  /** The folder with the lessons. */
  lessons: string;
  /** The script that defines the whole lab. */
  lab: string;
  /** Where results are kept from one build to the next. */
  cache: string;
  /** Gets a line that says how many there are, how many were run, and how long that took. */
  report?(line: string): void;
}

export interface QuizResult {
  lesson: string;
  name: string;
  /** The file, as messages call it. */
  file: string;
  done: Done;
}

interface Found extends Omit<QuizResult, 'done'> {
  text: string;
  key: string;
}

/** A change in how keys are worked out makes what was kept worthless. */
const RULES = ['judge.ts', '../../quiz.ts'].map((file) =>
  readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8'),
);

/** Every question of every lesson, judged; what neither it nor the lab changed is taken from the cache. */
export async function judgeQuizzes(build: QuizBuild): Promise<QuizResult[]> {
  const { lessons, lab, cache, report } = build;
  const began = performance.now();
  const kept = new QuizCache(cache);
  const found = foldersIn(lessons).flatMap((lesson) => quizzesIn(lessons, lesson, lab));
  const done = new Map<Found, Done>();
  const fresh: { one: Found; code: string }[] = [];
  for (const one of found) {
    const entry = kept.get(one.key);
    if (entry) done.set(one, { entry });
    else {
      const compiled = await compile(one);
      if (compiled.error !== undefined) done.set(one, compiled);
      else fresh.push({ one, code: compiled.code });
    }
  }
  const answers = await judgeAll(
    lab,
    fresh.map(({ code }) => code),
  );
  for (const [index, { one }] of fresh.entries()) {
    const answer = answers[index] ?? { error: 'was not judged' };
    if (answer.error === undefined) kept.set(one.key, answer.entry);
    done.set(one, answer);
  }
  kept.tidy();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  report?.(`questions: ${found.length}, of which ${fresh.length} were run, in ${seconds} s`);
  return found.map(({ lesson, name, file }, index) => ({
    lesson,
    name,
    file,
    done: done.get(found[index] as Found) as Done,
  }));
}

/**
 * The questions of each lesson by name.
 * @throws Error with a line for each question whose key is not clear; it names the file
 */
export async function buildQuizzes(build: QuizBuild): Promise<Record<string, LessonQuizzes>> {
  const results = await judgeQuizzes(build);
  const wrong = results.flatMap(({ file, done }) =>
    done.error === undefined ? [] : [`${file}: ${done.error}`],
  );
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  const all: Record<string, LessonQuizzes> = {};
  for (const { lesson, name, done } of results)
    if (done.error === undefined) all[lesson] = { ...all[lesson], [name]: done.entry };
  return all;
}

function quizzesIn(lessons: string, lesson: string, lab: string): Found[] {
  const folder = join(lessons, lesson, 'quizzes');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  return files.sort().map((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return {
      lesson,
      name: file.slice(0, -'.ts'.length),
      file: `lessons/${lesson}/quizzes/${file}`,
      text,
      key: QuizCache.key(...RULES, lab, text),
    };
  });
}

type Compiled = { code: string; error?: undefined } | { error: string };

async function compile({ name, text }: Found): Promise<Compiled> {
  const file = `${name}.ts`;
  const result = await bundleCell(esbuild, { entry: file, cells: { [file]: text } });
  if (result.ok) return { code: result.code };
  return { error: result.diagnostics.map((d) => `line ${d.line}: ${d.text}`).join('; ') };
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
