import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import type {
  CellEntry,
  CompiledFile,
  ExerciseEntry,
  LessonEntry,
  LessonTexts,
} from '../assets.ts';
import { bundleCell } from '../bundle.ts';
import type { LessonQuizzes } from '../quiz.ts';
import { type LabUse, labUseOfLesson } from './lab-names.ts';
import { type Output, shortHash } from './output.ts';

/** Writes the lab with what is used, or all of it; the file's name, and whether parts are missing. */
type LabOf = (use: LabUse | undefined) => Promise<Pick<LessonEntry, 'lab' | 'partial'>>;

/**
 * Compiles each lesson's cells and exercises, and the lab with what they import. Returns by lesson the name
 * of a file that lists them: a page needs those of one lesson.
 */
export async function buildLessons(
  folder: string,
  output: Output,
  labOf: LabOf,
  quizzes: Record<string, LessonQuizzes>,
): Promise<Record<string, string>> {
  const lessons: Record<string, string> = {};
  for (const slug of folders(folder)) {
    const asked = quizzes[slug] ?? {};
    const entry = await buildLesson(join(folder, slug), slug, output, labOf, asked);
    lessons[slug] = output.hashed(`lessons/${slug}/lesson`, 'json', JSON.stringify(entry));
  }
  return lessons;
}

async function buildLesson(
  folder: string,
  slug: string,
  output: Output,
  labOf: LabOf,
  quizzes: LessonQuizzes,
): Promise<LessonEntry> {
  const texts: LessonTexts = { cells: {}, exercises: {} };
  const cells: CellEntry[] = [];
  for (const file of cellOrder(folder)) {
    texts.cells[file] = readFileSync(join(folder, 'cells', file), 'utf8');
    const compiled = await compile(
      `lessons/${slug}/${file.replace(/\.ts$/, '')}`,
      file,
      texts.cells,
      output,
    );
    cells.push({
      file,
      hash: shortHash(texts.cells[file]),
      imports: importsOf(file, texts.cells),
      ...compiled,
    });
  }
  const exercises: Record<string, ExerciseEntry> = {};
  for (const name of folders(join(folder, 'exercises'))) {
    const read = (part: string): string =>
      readFileSync(join(folder, 'exercises', name, `${part}.ts`), 'utf8');
    const build = (part: string): Promise<CompiledFile> => {
      // The reader's file is called after the exercise, whichever version of it runs.
      const file = part === 'check' ? 'check.ts' : `${name}.ts`;
      return compile(`lessons/${slug}/${name}-${part}`, file, { [file]: read(part) }, output);
    };
    texts.exercises[name] = { start: read('start'), solution: read('solution') };
    exercises[name] = {
      hash: shortHash(read('start')),
      start: await build('start'),
      solution: await build('solution'),
      check: await build('check'),
    };
  }
  return {
    ...(await labFor(slug, folder, labOf)),
    cells,
    exercises,
    texts: output.hashed(`lessons/${slug}/texts`, 'json', JSON.stringify(texts)),
    quizzes: output.hashed(`lessons/${slug}/quizzes`, 'json', JSON.stringify(quizzes)),
  };
}

/** @throws Error that names the lesson, when it imports what the lab does not have */
async function labFor(slug: string, folder: string, labOf: LabOf): ReturnType<LabOf> {
  try {
    return await labOf(labUseOfLesson(folder));
  } catch (error) {
    throw new Error(`lessons/${slug}: ${(error as Error).message}`);
  }
}

async function compile(
  stem: string,
  entry: string,
  cells: Record<string, string>,
  output: Output,
): Promise<CompiledFile> {
  const result = await bundleCell(esbuild, { entry, cells });
  if (!result.ok) {
    const lines = result.diagnostics.map((d) => `${stem}: line ${d.line} of ${d.file}: ${d.text}`);
    throw new Error(lines.join('\n'));
  }
  return {
    code: output.hashed(stem, 'js', result.code),
    map: output.hashed(stem, 'js.map', result.sourceMap),
  };
}

/** The order in which the lesson shows its cells; cells it does not show come last, by name. */
function cellOrder(folder: string): string[] {
  const cells = join(folder, 'cells');
  if (!existsSync(cells)) return [];
  const files = readdirSync(cells).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const page = join(folder, 'index.mdx');
  const prose = existsSync(page) ? readFileSync(page, 'utf8') : '';
  const place = (file: string): number => {
    const at = prose.search(new RegExp(`file=["'{]+(cells/)?${file.replace('.', '\\.')}`));
    return at < 0 ? Number.MAX_SAFE_INTEGER : at;
  };
  return files.sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** Earlier cells that a cell imports, directly or through another. */
function importsOf(file: string, texts: Record<string, string>): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    for (const [, imported] of (texts[name] ?? '').matchAll(
      /\bfrom\s+['"]\.\/([^'"]+)['"]|\bimport\s+['"]\.\/([^'"]+)['"]/g,
    )) {
      if (!imported || found.has(imported)) continue;
      found.add(imported);
      visit(imported);
    }
  };
  visit(file);
  return [...found];
}

function folders(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
