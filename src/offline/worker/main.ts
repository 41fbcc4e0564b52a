import { type Build, fileOf, LIVE_LINUX, OFFLINE_PAGE } from '../build.ts';
import type { Answer, Request, State, Update } from '../messages.ts';
import { Content } from './content.ts';
import type { ServiceWorkerScope } from './scope.ts';
import { OtherVersion, Version } from './version.ts';

/**
 * The site's service worker. It belongs to one build: whatever it gives to a page is of that build, by its
 * hash, or the page gets nothing and is told why (content/decisions/0029).
 */

declare const BUILD: Build;
const scope = globalThis as unknown as ServiceWorkerScope;
const root = scope.registration.scope;
const content = new Content(root);
const version = new Version(BUILD, content, root);
/** Pages of the version before, which are about to reload. */
const leaving = new Set<string>();

scope.addEventListener('install', (event) => event.waitUntil(install()));
scope.addEventListener('activate', (event) => event.waitUntil(activate()));

/** Everything that the reader had of the version before must be there in this one; else it does not take over. */
async function install(): Promise<void> {
  const { whole, units } = await content.kept();
  const used = units.flatMap((name) => version.unit(name));
  await version.keep([...(whole ? version.course : version.core), ...used]);
}

async function activate(): Promise<void> {
  for (const { id } of await scope.clients.matchAll({ type: 'all' })) leaving.add(id);
  await content.only(version.hashesOf(version.all));
}

scope.addEventListener('fetch', (event) => {
  const { request, clientId } = event;
  if (request.method !== 'GET' || !request.url.startsWith(root)) return;
  const path = fileOf(
    decodeURI(new URL(request.url).pathname.slice(new URL(root).pathname.length)),
  );
  if (request.mode !== 'navigate' && leaving.has(clientId))
    return event.respondWith(Response.error());
  if (!version.has(path)) return;
  const { answer, after } = request.mode === 'navigate' ? visit(path) : serve(path);
  event.respondWith(answer);
  event.waitUntil(after.catch(() => {}));
});

interface Served {
  answer: Promise<Response>;
  /** What goes on when the page has its answer. */
  after: Promise<void>;
}

/** A page: all it needs is kept with it. */
function visit(path: string): Served {
  const answer = version.file(path).catch((error) => instead(path, error));
  return { answer, after: answer.then(() => keepUnit(path)) };
}

function serve(path: string): Served {
  const answer = version.file(path).catch(() => Response.error());
  const keepParts = async (): Promise<void> => {
    for (const part of version.partsOf(path)) await keepUnit(part);
  };
  return { answer, after: answer.then(keepParts) };
}

/** In place of a page that this version does not have: why, and what can be done. */
async function instead(path: string, error: unknown): Promise<Response> {
  const why = error instanceof OtherVersion ? 'version' : 'network';
  if (why === 'version') await scope.registration.update().catch(() => {});
  const there = new URL(OFFLINE_PAGE.replace('index.html', ''), root);
  there.search = String(new URLSearchParams({ why, page: path.replace(/index\.html$/, '') }));
  return Response.redirect(there.href, 302);
}

async function keepUnit(name: string): Promise<void> {
  const paths = version.unit(name);
  if (paths.length === 0) return;
  await content.change((kept) =>
    kept.units.includes(name) ? kept : { ...kept, units: [...kept.units, name] },
  );
  await version.keep(paths);
}

scope.addEventListener('message', (event) => {
  const port = event.ports[0];
  const answered = answer(event.data).then(
    (value): Answer<unknown> => ({ ok: true, value }),
    (error): Answer<unknown> => ({ ok: false, why: (error as Error).message }),
  );
  event.waitUntil(answered.then((message) => port?.postMessage(message)));
});

async function answer(request: Request): Promise<unknown> {
  switch (request.ask) {
    case 'keep page':
      return keepUnit(fileOf(request.path));
    case 'keep file':
      if (!version.has(request.path)) throw new OtherVersion(request.path);
      return version.keepOne(request.path);
    case 'keep whole':
      return content.change((kept) => ({ ...kept, whole: true }));
    case 'state':
      return state();
    case 'drop':
      await content.change(() => ({ whole: false, units: [] }));
      return content.only(version.hashesOf(version.core));
    case 'update':
      return update();
    case 'take over':
      return scope.skipWaiting();
  }
}

async function state(): Promise<State> {
  const { whole } = await content.kept();
  const missing = await version.missing(version.course);
  return {
    whole,
    bytes: version.bytesOf(version.course),
    missingBytes: version.bytesOf(missing),
    liveLinux: version.bytesOf(version.unit(LIVE_LINUX)),
    missing: missing.map((path) => ({ path, bytes: version.bytesOf([path]) })),
  };
}

async function update(): Promise<Update> {
  const { registration } = scope;
  const newer = registration.waiting ? 'waiting' : registration.installing ? 'coming' : 'none';
  const open = (await scope.clients.matchAll({ type: 'window' })).length;
  return { newer, open };
}
