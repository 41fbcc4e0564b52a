import { existsSync, readFileSync } from 'node:fs';
import * as esbuild from 'esbuild';
import { PROFILES } from '../../lab/profiles.ts';
import { Output } from '../../runner/build/output.ts';
import type { SessionManifest } from '../protocol.ts';

/**
 * Part of `npm run build:sandbox`: the workers of the Linux session, v86 and the recording, in
 * `public/linux-session`. The image itself is made by `npm run linux:image`.
 */

const RECORDING = 'content/recordings/tulip21140.bus.jsonl.gz';
const V86 = 'node_modules/v86';

async function worker(entry: string): Promise<string> {
  const result = await esbuild.build({
    entryPoints: [`sandbox/linux/${entry}.ts`],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    // v86 reads files by these under Node; in a browser it never gets there.
    external: ['node:crypto', 'node:fs/promises', 'crypto', 'fs', 'perf_hooks', 'url'],
    logOverride: { 'require-resolve-not-external': 'silent' },
  });
  return result.outputFiles[0]?.text ?? '';
}

const output = new Output('public/linux-session');
if (!existsSync(RECORDING)) throw new Error(`there is no ${RECORDING}`);
const licence = readFileSync(`${V86}/LICENSE`, 'utf8');
const manifest: SessionManifest = {
  ...(existsSync('public/linux/manifest.json') && {
    live: output.hashed('live', 'js', `/*! v86\n${licence}*/\n${await worker('live-worker')}`),
    wasm: output.hashed('v86', 'wasm', readFileSync(`${V86}/build/v86.wasm`)),
  }),
  recorded: output.hashed('recorded', 'js', await worker('recorded-worker')),
  recording: output.hashed('recording', 'jsonl.gz', readFileSync(RECORDING)),
  profiles: PROFILES.map(({ id, name }) => ({ id, name })),
};
output.write('manifest.json', JSON.stringify(manifest));
const { files, bytes } = output.finish();
console.log(`linux session: ${files} files, ${Math.round(bytes / 1024)} KiB in ${output.folder}`);
