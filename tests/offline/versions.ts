import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileOf } from '../../src/offline/build.ts';
import { describeBuild, writeWorker } from '../../src/offline/integration.ts';
import { DIST, type Served, serve } from '../site/serve.ts';

/** A site that goes from one version to the next while it is being read. */
export interface Site extends Served {
  /** From now on every file is of the second version. */
  publish(): void;
  /** From now on these are of the second version and the others of the first. */
  publishOnly(those: RegExp): void;
  reset(): void;
  /** What a page of the first version needs. */
  needs(path: string): string[];
}

export const WORDS = 'This is the second version.';

/** The built site, and beside it one whose lessons and sandbox are a little different. */
export async function startSite(): Promise<Site> {
  await mkdir('.cache', { recursive: true });
  const next = await mkdtemp('.cache/next-version-');
  await cp(DIST, next, { recursive: true });
  for (const page of ['lessons/01-the-ledger', 'lessons/02-the-parent-owns-the-device']) {
    const path = join(next, page, 'index.html');
    const html = await readFile(path, 'utf8');
    await writeFile(path, html.replace('</h1>', ` ${WORDS}</h1>`));
  }
  // A file that keeps its name from version to version, and says which one it is of.
  const path = join(next, 'sandbox/manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...manifest, version: 2 }));
  await writeWorker(next);
  let second: (path: string) => boolean = () => false;
  const served = await serve('/docs/course/', (path) => (second(path) ? next : DIST));
  const { files, units } = describeBuild(DIST);
  return {
    url: served.url,
    needs: (path) => (units[fileOf(path)] ?? []).map((place) => files[place]?.[0] ?? ''),
    publish: () => {
      second = () => true;
    },
    publishOnly: (those) => {
      second = (path) => those.test(path);
    },
    reset: () => {
      second = () => false;
    },
    close: async () => {
      await served.close();
      await rm(next, { recursive: true, force: true });
    },
  };
}
