import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import type { Manifest } from '../assets.ts';
import { type Output, shortHash } from './output.ts';

const FOLDER = 'sandbox/runner/editor';
const WORKERS = {
  editorWorker: 'node_modules/monaco-editor/esm/vs/editor/editor.worker.js',
  typescriptWorker: 'node_modules/monaco-editor/esm/vs/languages/features/typescript/ts.worker.js',
};

/**
 * Monaco as one module with its style, font and two workers. It takes seconds to bundle and changes only
 * with its version or our files, so a build of the same key is kept.
 */
export async function buildEditor(root: string, output: Output): Promise<Manifest['editor']> {
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules/monaco-editor/package.json'), 'utf8'),
  );
  const ours = readdirSync(join(root, FOLDER))
    .sort()
    .map((name) => readFileSync(join(root, FOLDER, name), 'utf8'));
  const key = shortHash([version, esbuild.version, ...ours].join('\n'));
  const folder = `editor.${key}`;
  const names: Manifest['editor'] = {
    script: `${folder}/main.js`,
    style: `${folder}/main.css`,
    editorWorker: `${folder}/editorWorker.js`,
    typescriptWorker: `${folder}/typescriptWorker.js`,
  };
  if ([...Object.values(names), `${folder}/codicon.ttf`].every((name) => output.keep(name)))
    return names;

  const common = {
    absWorkingDir: root,
    bundle: true,
    write: false,
    minify: true,
    target: 'es2022',
    legalComments: 'none',
    outdir: join(output.folder, folder),
  } as const;
  const built = await Promise.all([
    esbuild.build({
      ...common,
      entryPoints: { main: `${FOLDER}/main.ts` },
      format: 'esm',
      loader: { '.ttf': 'file' },
      assetNames: '[name]',
    }),
    esbuild.build({ ...common, entryPoints: WORKERS, format: 'iife' }),
  ]);
  for (const { outputFiles } of built) {
    for (const file of outputFiles) {
      const name = file.path.replaceAll('\\', '/').split('/').at(-1) ?? '';
      output.write(`${folder}/${name}`, file.contents);
    }
  }
  return names;
}
