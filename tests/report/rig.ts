import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/**
 * Every sample report on a page of its own that allows no origin but itself, no inline script, no image and
 * no data URL. Each stands in a `<section id>` with its name.
 */

const PAGE = `<!doctype html><html lang="en" data-theme="light"><title>Reports</title>
<link rel="stylesheet" href="page.css">
<main></main><script type="module" src="gallery.js"></script></html>`;

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'";

const ENTRY = `
import { renderReport } from './render.ts';
import { SAMPLES } from './samples.ts';
const main = document.querySelector('main');
for (const [name, sample] of Object.entries(SAMPLES)) {
  const section = document.createElement('section');
  section.id = name;
  section.append(renderReport(sample));
  main.append(section);
}
window.show = (report) => {
  const section = document.createElement('section');
  section.id = 'shown';
  section.append(renderReport(report));
  document.querySelector('#shown')?.remove();
  main.append(section);
};`;

const TYPES: Record<string, string> = { js: 'text/javascript', css: 'text/css', html: 'text/html' };

/** Style sheets that a module imports as text, as the site's bundler reads them. */
const styleAsText: Plugin = {
  name: 'style-as-text',
  setup(build) {
    build.onResolve({ filter: /\.css\?inline$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.slice(0, -'?inline'.length)),
      namespace: 'style-as-text',
    }));
    build.onLoad({ filter: /./, namespace: 'style-as-text' }, async ({ path }) => ({
      contents: await readFile(path, 'utf8'),
      loader: 'text',
    }));
  },
};

export interface Gallery {
  url: string;
  close(): Promise<void>;
}

export async function serveGallery(): Promise<Gallery> {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: 'src/components/report', sourcefile: 'gallery.ts' },
    bundle: true,
    splitting: true,
    format: 'esm',
    outdir: 'out',
    entryNames: 'gallery',
    write: false,
    plugins: [styleAsText],
    logLevel: 'error',
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
  const sheets = ['tokens', 'actors', 'site', 'notebook'].map((name) => `src/styles/${name}.css`);
  const css = await Promise.all(sheets.map((path) => readFile(path, 'utf8')));
  const encoder = new TextEncoder();
  files.set('page.css', encoder.encode(`${css.join('\n')}\nbody { color: var(--ink) }`));
  files.set('index.html', encoder.encode(PAGE));
  const server = createServer((request, response) => {
    const name = basename(new URL(request.url ?? '/', 'http://x').pathname) || 'index.html';
    const body = files.get(name);
    if (!body) return response.writeHead(404).end();
    const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain';
    return response
      .writeHead(200, {
        'content-type': `${type}; charset=utf-8`,
        'content-security-policy': POLICY,
      })
      .end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
