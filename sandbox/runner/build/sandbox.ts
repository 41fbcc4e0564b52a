import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as esbuild from 'esbuild';
import type { Manifest } from '../assets.ts';
import { buildEditor } from './editor.ts';
import { buildLessons } from './lessons.ts';
import { Output } from './output.ts';

export interface SandboxBuild {
  /** The project's folder; the other paths are relative to it. */
  root: string;
  lessons: string;
  /** The lab's entry for the runner. */
  lab: string;
  out: string;
  /** False leaves Monaco out, for tests that do not edit. */
  editor?: boolean;
}

/**
 * Writes lab, harness, editor, bundler and every lesson's compiled cells. Throws an Error that names file and
 * line when a lesson's code does not bundle.
 */
export async function buildSandbox(build: SandboxBuild): Promise<{ files: number; bytes: number }> {
  const root = resolve(build.root);
  const output = new Output(join(root, build.out));
  const lab = await buildLab(root, build.lab);
  const manifest: Manifest = {
    lab: output.hashed('lab', 'js', lab.code),
    harness: output.hashed('harness', 'js', await script(root, 'sandbox/runner/harness/main.ts')),
    sources: output.hashed('sources', 'json', JSON.stringify(lab.sources)),
    bundler: {
      script: output.hashed('bundler', 'js', await script(root, 'sandbox/runner/edit/worker.ts')),
      wasm: output.hashed(
        'esbuild',
        'wasm',
        readFileSync(join(root, 'node_modules/esbuild-wasm/esbuild.wasm')),
      ),
    },
    editor: build.editor === false ? NO_EDITOR : await buildEditor(root, output),
    lessons: await buildLessons(join(root, build.lessons), output),
  };
  output.write('manifest.json', JSON.stringify(manifest));
  return output.finish();
}

const NO_EDITOR = { script: '', style: '', editorWorker: '', typescriptWorker: '' };

/** The lab as one classic script, and the texts it was made from. */
async function buildLab(
  root: string,
  entry: string,
): Promise<{ code: string; sources: Record<string, string> }> {
  if (!existsSync(join(root, entry))) throw new Error(`there is no lab at ${entry}`);
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'iife',
    globalName: 'TwoCheckboxesLab',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    plugins: [freezeClasses],
  });
  const sources: Record<string, string> = {};
  const inputs = Object.keys(result.metafile.inputs).filter((path) => /\.(ts|json)$/.test(path));
  // Files that hold only types are not part of the bundle; the editor needs them all the same.
  for (const path of [
    ...new Set([...inputs, ...typescriptIn(root, 'machine'), ...typescriptIn(root, 'lab')]),
  ].sort()) {
    sources[path] = readFileSync(join(root, path), 'utf8');
  }
  return { code: text(result), sources };
}

/** Paths of a layer's files, without tests. */
function typescriptIn(root: string, layer: string): string[] {
  return readdirSync(join(root, 'sandbox', layer), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => `sandbox/${layer}/${file.replaceAll('\\', '/')}`);
}

/**
 * Freezes each class of machine and lab where it is defined, so that code in the same realm cannot change
 * the machine through an object it was given. Subclassing works as before.
 */
const freezeClasses: esbuild.Plugin = {
  name: 'freeze-classes',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8');
      const classes = [...contents.matchAll(/^(?:export )?(?:abstract )?class (\w+)/gm)].map(
        (match) => match[1],
      );
      const frozen = classes
        .map((name) => `Object.freeze(${name}.prototype); Object.freeze(${name});`)
        .join('\n');
      return { contents: `${contents}\n${frozen}`, loader: 'ts' };
    });
  },
};

async function script(root: string, entry: string): Promise<string> {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
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
