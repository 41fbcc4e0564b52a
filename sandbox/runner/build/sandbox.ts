import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as esbuild from 'esbuild';
import type { Manifest } from '../assets.ts';
import { buildEditor } from './editor.ts';
import { frameDocument } from './frame.ts';
import { buildLab, labSources } from './lab.ts';
import type { LabUse } from './lab-names.ts';
import { buildLessons } from './lessons.ts';
import { Output } from './output.ts';
import { buildQuizzes } from './quizzes/build.ts';
import { shrink } from './shrink.ts';

export interface SandboxBuild {
  /** The project's folder; the other paths are relative to it. */
  root: string;
  lessons: string;
  /** The lab's entry for the runner. */
  lab: string;
  out: string;
  /** False leaves Monaco out, for tests that do not edit. */
  editor?: boolean;
  /** Gets a line about what took long. */
  report?(line: string): void;
}

/**
 * Writes the lab, harness, editor, bundler, and every lesson's own lab, compiled cells and the keys of its
 * questions. Throws an Error that names file and line when a lesson's code does not bundle, or a question's
 * key is not clear.
 */
export async function buildSandbox(build: SandboxBuild): Promise<{ files: number; bytes: number }> {
  const root = resolve(build.root);
  const output = new Output(join(root, build.out));
  const lab = await buildLab(root, build.lab);
  const whole = output.hashed('lab', 'js', lab.code);
  /** Lessons that import the same share a file. */
  const labOf = async (use: LabUse | undefined) => {
    if (use === undefined) return { lab: whole, partial: false };
    const { code, partial } = await buildLab(root, build.lab, use);
    return { lab: output.hashed('lesson-lab', 'js', code), partial };
  };
  const quizzes = await buildQuizzes({
    lessons: join(root, build.lessons),
    lab: lab.code,
    cache: join(root, '.cache/quizzes'),
    report: build.report,
  });
  const manifest: Manifest = {
    lab: whole,
    harness: output.hashed('harness', 'js', await harness(root)),
    frame: frameDocument(await script(root, 'sandbox/runner/harness/frame.ts')),
    sources: output.hashed('sources', 'json', JSON.stringify(labSources(root, lab.inputs))),
    bundler: {
      script: output.hashed('bundler', 'js', await script(root, 'sandbox/runner/edit/worker.ts')),
      wasm: output.hashed(
        'esbuild',
        'wasm',
        readFileSync(join(root, 'node_modules/esbuild-wasm/esbuild.wasm')),
      ),
    },
    editor: build.editor === false ? NO_EDITOR : await buildEditor(root, output),
    profileRules: output.hashed('profile-rules', 'js', await profileRules(root)),
    lessons: await buildLessons(join(root, build.lessons), output, labOf, quizzes),
  };
  output.write('manifest.json', JSON.stringify(manifest));
  return output.finish();
}

const NO_EDITOR = { script: '', style: '', editorWorker: '', typescriptWorker: '' };

const harness = async (root: string): Promise<string> =>
  shrink(await script(root, 'sandbox/runner/harness/main.ts'));

const profileRules = (root: string): Promise<string> =>
  script(root, 'sandbox/lab/profile/rules.ts', 'esm');

async function script(
  root: string,
  entry: string,
  format: 'iife' | 'esm' = 'iife',
): Promise<string> {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format,
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
  });
  return text(result);
}

function text(result: esbuild.BuildResult): string {
  return result.outputFiles?.[0]?.text ?? '';
}
