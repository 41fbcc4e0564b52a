import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { Frame, Page } from '@playwright/test';
import * as esbuild from 'esbuild';
import { buildSandbox } from '../../sandbox/runner/build/sandbox.ts';
import { inlineHashes, withPolicy } from '../../src/security/html.ts';
import type { Api, Result } from './fixtures/page.ts';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
};

/** The site's pages have a policy, which the sandbox's frame inherits. */
const PAGE =
  '<!doctype html><html><head><meta charset="utf-8"><title>Runner</title></head><body><script type="module" src="page.js"></script></body></html>';

export interface Rig {
  /** Address of the test page. */
  url: string;
  /** Paths of requests that were not for the page or the sandbox's files. */
  strays: string[];
  close(): Promise<void>;
}

/**
 * The sandbox's frame. Asks the document for it: the browser's list of frames may still have one that was
 * dropped a moment ago.
 */
export async function sandboxFrame(page: Page): Promise<Frame> {
  const element = await page.locator('iframe').elementHandle();
  const frame = await element?.contentFrame();
  if (!frame) throw new Error('the page has no frame');
  return frame;
}

/** Builds a sandbox with the stand-in lab and serves a page with a runner on it, under a prefix. */
export async function startRig(): Promise<Rig> {
  // A folder for this run alone: other runs of the tests may be going.
  await mkdir('.cache', { recursive: true });
  const out = await mkdtemp('.cache/runner-test-');
  await buildSandbox({
    root: process.cwd(),
    lab: 'tests/runner/fixtures/lab/bundle.ts',
    lessons: 'tests/runner/fixtures/lessons',
    out,
    editor: false,
  });
  const bundle = await esbuild.build({
    entryPoints: ['tests/runner/fixtures/page.ts'],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
  });
  const script = bundle.outputFiles[0]?.text ?? '';
  const { frame } = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
  const page = withPolicy(PAGE, inlineHashes(frame));
  const strays: string[] = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const send = (body: string | Uint8Array, type: string): void =>
      void response.writeHead(200, { 'content-type': type }).end(body);
    if (path === '/any/path/') return send(page, 'text/html');
    if (path === '/any/path/page.js') return send(script, 'text/javascript');
    const name = normalize(decodeURIComponent(path.replace('/any/path/sandbox/', '')));
    const body =
      path.startsWith('/any/path/sandbox/') && !name.startsWith('..')
        ? await readFile(join(out, name)).catch(() => undefined)
        : undefined;
    if (body) return send(body, TYPES[extname(name)] ?? 'application/octet-stream');
    if (path !== '/favicon.ico') strays.push(path);
    response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/any/path/`,
    strays,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await rm(out, { recursive: true, force: true });
    },
  };
}

/** Runs the test lesson's cell `use.ts` with another text, or as it was compiled. */
export function runText(
  page: Page,
  text?: string,
  more: {
    files?: Record<string, string>;
    knobs?: Record<string, unknown>;
    stopAfter?: number;
  } = {},
): Promise<Result> {
  const files = { ...more.files, ...(text === undefined ? {} : { 'use.ts': text }) };
  return page.evaluate(
    ({ files, knobs, stopAfter }) =>
      (window as unknown as { api: Api }).api.run('use', files, knobs, stopAfter),
    { files, knobs: more.knobs ?? {}, stopAfter: more.stopAfter },
  );
}

export function check(page: Page, text?: string, exercise = 'fewer'): Promise<Result> {
  return page.evaluate(
    ({ text, exercise }) => (window as unknown as { api: Api }).api.check(text, exercise),
    { text, exercise },
  );
}
