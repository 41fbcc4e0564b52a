import { readdirSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, relative, sep } from 'node:path';

/** The built site: DIST, or dist beside package.json. */
export const DIST = process.env.DIST ?? 'dist';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

export interface Served {
  /** Origin and prefix, with a trailing slash. */
  url: string;
  close(): Promise<void>;
}

async function fileFor(folder: string, path: string): Promise<string | undefined> {
  const file = join(folder, normalize(decodeURIComponent(path)));
  if (relative(folder, file).startsWith('..')) return undefined;
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return file;
  return found?.isDirectory() && path.endsWith('/') ? join(file, 'index.html') : undefined;
}

/**
 * Serves the built site under a prefix such as `/` or `/docs/course/`, as any static host would.
 * @param folderOf tells which folder a path is served from, for tests that change the site under a reader
 */
export async function serve(
  prefix: string,
  folderOf: (path: string) => string = () => DIST,
): Promise<Served> {
  const server: Server = createServer(async (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const below = path.slice(prefix.length) || '/';
    const file = path.startsWith(prefix) ? await fileFor(folderOf(below), below) : undefined;
    const body = file ? await readFile(file).catch(() => undefined) : undefined;
    if (!file || !body) return response.writeHead(404).end('not found');
    return response
      .writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
      .end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

/** Addresses of all pages of the built site, relative to its root; without the page for what does not exist. */
export function pages(): string[] {
  const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' });
  return files
    .map((file) => file.split(sep).join('/'))
    .filter((file) => file.endsWith('index.html') && !file.startsWith('gallery'))
    .map((file) => file.slice(0, -'index.html'.length))
    .sort();
}
