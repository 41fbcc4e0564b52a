import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import * as esbuild from 'esbuild';
import type { LessonEntry, Manifest } from '../../sandbox/runner/assets.ts';
import type { Build } from './build.ts';
import { findUnits, type SandboxFiles } from './units.ts';

/** Writes the service worker of a finished build, with the hash of every file in it. Comes after all that writes files. */
export function offline(): AstroIntegration {
  const last: AstroIntegration = {
    name: 'offline',
    hooks: {
      'astro:build:done': async ({ dir, logger }) => {
        const build = await writeWorker(fileURLToPath(dir));
        logger.info(`Service worker for ${build.files.length} files, build ${build.id}.`);
      },
    },
  };
  return {
    name: 'offline-last',
    hooks: {
      'astro:config:setup': ({ updateConfig }) => {
        updateConfig({ integrations: [last] });
      },
    },
  };
}

const WORKER = 'sw.js';
const TEXT = /\.(html|js|css)$/;
/** Pages that a server shows at addresses of others, and the worker itself. */
const LEFT_OUT = new Set([WORKER, '404.html']);

/** @param folder of the built site, with the sandbox's files in it */
export async function writeWorker(folder: string): Promise<Build> {
  const build = describeBuild(folder);
  const { outputFiles } = await esbuild.build({
    entryPoints: [fileURLToPath(new URL('./worker/main.ts', import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    define: { BUILD: JSON.stringify(build) },
  });
  writeFileSync(join(folder, WORKER), outputFiles[0]?.contents ?? '');
  return build;
}

/** The same for the same files, whether the worker is among them or not. */
export function describeBuild(folder: string): Build {
  const texts = new Map<string, string | undefined>();
  const files = globSync('**/*', { cwd: folder })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !LEFT_OUT.has(path) && statSync(join(folder, path)).isFile())
    .sort()
    .map((path): [string, string, number] => {
      const bytes = readFileSync(join(folder, path));
      texts.set(path, TEXT.test(path) ? bytes.toString('utf8') : undefined);
      return [path, hashOf(bytes), bytes.length];
    });
  const { core, units } = findUnits(texts, describeSandbox(join(folder, 'sandbox')));
  const places = new Map(files.map(([path], place) => [path, place]));
  const placesOf = (paths: string[]): number[] => paths.map((path) => places.get(path) ?? -1);
  const named = Object.entries(units).map(([name, paths]) => [name, placesOf(paths)]);
  return {
    id: hashOf(JSON.stringify(files)),
    files,
    core: placesOf(core),
    units: Object.fromEntries(named),
  };
}

function describeSandbox(folder: string): SandboxFiles {
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const { harness, lessons }: Manifest = read('manifest.json');
  const labs = Object.entries(lessons).map(([name, file]): [string, string] => {
    const { lab }: LessonEntry = read(file);
    return [name, lab];
  });
  return { harness, labs: Object.fromEntries(labs) };
}

/** 80 bits of SHA-256: enough to tell one version of a file from another. */
const hashOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 20);
