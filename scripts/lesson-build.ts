import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import * as esbuild from 'esbuild';
import { buildLab } from '../sandbox/runner/build/lab.ts';
import { labUseOfLesson } from '../sandbox/runner/build/lab-names.ts';
import { bundleCell } from '../sandbox/runner/bundle.ts';
import type { Lesson } from './lessons.ts';

/** A lesson as its page runs it: compiled, with the lab that has only what the lesson imports. */
export class LessonBuild {
  #lesson: Lesson;
  #lab: Promise<string> | undefined;

  constructor(lesson: Lesson) {
    this.#lesson = lesson;
  }

  /** The script that defines the lesson's lab. */
  lab(): Promise<string> {
    this.#lab ??= buildLab(
      process.cwd(),
      'sandbox/lab/bundle.ts',
      labUseOfLesson(this.#lesson.folder),
    ).then(({ code }) => code);
    return this.#lab;
  }

  /** A cell, or a file of an exercise, as the body of an async function. Rejects for code that does not bundle. */
  async code(file: string): Promise<string> {
    const cells = this.#lesson.cells.includes(file) ? this.#lesson.cells : [file];
    const result = await bundleCell(esbuild, {
      entry: basename(file),
      cells: Object.fromEntries(cells.map((path) => [basename(path), readFileSync(path, 'utf8')])),
    });
    if (result.ok) return result.code;
    const told = result.diagnostics.map(({ line, text }) => `line ${line}: ${text}`);
    throw new Error(`${dirname(file)}: ${told.join('; ')}`);
  }
}
