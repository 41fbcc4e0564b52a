import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as esbuild from 'esbuild';
import { labModules } from './lab-modules.ts';
import type { LabUse } from './lab-names.ts';
import { leaveOut } from './optional-parts.ts';
import { profileFigures } from './profile-figures.ts';
import { shrink } from './shrink.ts';

/** The module, beside the lab's entry, with what a pool's workers do. */
const TASKS = 'sweep/task.ts';

export interface BuiltLab {
  /** One classic script that defines `TwoCheckboxesLab`. */
  code: string;
  /** Paths of the files it was made from, relative to the project. */
  inputs: string[];
  /** Whether parts of the machine are missing that an option could ask for. */
  partial: boolean;
}

/**
 * The lab whose entry is `entry`, relative to `root`: all of it, or what `use` names of its face and what
 * that needs.
 * @throws Error when the lab does not bundle, or has no export of a name
 */
export async function buildLab(root: string, entry: string, use?: LabUse): Promise<BuiltLab> {
  if (!existsSync(join(root, entry))) throw new Error(`there is no lab at ${entry}`);
  const lab = await bundleFor(root, entry, use);
  return { ...lab, code: await shrink(lab.code) };
}

async function bundleFor(root: string, entry: string, use: LabUse | undefined): Promise<BuiltLab> {
  if (use === undefined) return { ...(await bundle(root, entry, [])).lab, partial: false };
  const emptied = new Set<string>();
  const plugins = [
    ...partOf(join(root, entry), use.names),
    leaveOut(use.without, (path) => emptied.add(path)),
  ];
  const without = await bundle(root, entry, [...plugins, noTasks(join(root, entry))]);
  const { lab } = without.hasTasks ? await bundle(root, entry, plugins) : without;
  return { ...lab, partial: emptied.size > 0 };
}

/** `hasTasks`: whether something in the lab does tasks, or gives them to a pool. */
async function bundle(
  root: string,
  entry: string,
  plugins: esbuild.Plugin[],
): Promise<{ lab: Omit<BuiltLab, 'partial'>; hasTasks: boolean }> {
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
    logLevel: 'silent',
    plugins: [...plugins, labModules],
  });
  const { inputs, outputs } = result.metafile;
  const lab = {
    code: result.outputFiles[0]?.text ?? '',
    inputs: Object.keys(inputs).filter((path) => /\.(ts|json)$/.test(path)),
  };
  const hasTasks = Object.values(outputs).some((output) =>
    Object.entries(output.inputs).some(
      ([path, { bytesInOutput }]) => path.endsWith(TASKS) && bytesInOutput > 0,
    ),
  );
  return { lab, hasTasks };
}

/** What makes a lab one with `names` alone. */
function partOf(entry: string, names: readonly string[]): esbuild.Plugin[] {
  const face = faceOf(entry, names);
  return names.includes('PROFILES') ? [face] : [face, profileFigures];
}

/** Takes the entry's way to do tasks away: it alone would keep the whole machine in every lab. */
function noTasks(entry: string): esbuild.Plugin {
  return {
    name: 'no-tasks',
    setup(build) {
      build.onResolve({ filter: new RegExp(`/${TASKS}$`) }, ({ importer }) =>
        importer === entry ? { path: 'none', namespace: 'no-tasks' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'no-tasks' }, () => ({
        contents: 'export const runTask = undefined;',
        loader: 'js',
      }));
    },
  };
}

/** Puts a face with `names` alone in the place of the one that the entry passes on. */
function faceOf(entry: string, names: readonly string[]): esbuild.Plugin {
  return {
    name: 'face-of-a-lesson',
    setup(build) {
      build.onResolve({ filter: /^\.\/index\.ts$/ }, ({ importer }) =>
        importer === entry ? { path: 'face', namespace: 'face' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'face' }, () => ({
        contents: `export { ${names.join(', ')} } from './index.ts';`,
        loader: 'js',
        resolveDir: dirname(entry),
      }));
    },
  };
}

/**
 * Every text that the editor shows and an edited machine is bundled from, by project path. Files that hold
 * only types are not among the lab's `inputs`; the editor needs them all the same.
 */
export function labSources(root: string, inputs: readonly string[]): Record<string, string> {
  const all = [...inputs, ...typescriptIn(root, 'machine'), ...typescriptIn(root, 'lab')];
  const paths = [...new Set(all)].sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

/** Paths of a layer's files, without tests. */
function typescriptIn(root: string, layer: string): string[] {
  return readdirSync(join(root, 'sandbox', layer), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => `sandbox/${layer}/${file.replaceAll('\\', '/')}`);
}
