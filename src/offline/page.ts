import { siteRoot } from '../lib/root.ts';
import type { Answer, Request, State, Update } from './messages.ts';

/** The page's side of keeping the course: sets the service worker up and talks to it. */

/** Why this browser keeps nothing here, in words; undefined where it can. */
export function whyNot(): string | undefined {
  if (!window.isSecureContext)
    return 'This address is plain http, where browsers keep no pages; over https, or on localhost, they do.';
  if (!('serviceWorker' in navigator))
    return 'This browser, or this private window, keeps no pages for later.';
  return undefined;
}

let setUp: Promise<ServiceWorkerRegistration> | undefined;

/** The site's worker, set up at the site's root wherever that is. Rejects where there can be none. */
export function registration(): Promise<ServiceWorkerRegistration> {
  setUp ??= (async () => {
    const not = whyNot();
    if (not) throw new Error(not);
    const root = siteRoot();
    const made: ServiceWorkerRegistration | undefined = await navigator.serviceWorker.register(
      new URL('sw.js', root),
      { scope: root.pathname, updateViaCache: 'none' },
    );
    if (!made) throw new Error('This browser keeps no pages for later here.');
    await active(made);
    return made;
  })();
  return setUp;
}

/** Waits for the first worker of all to be ready; rejects when it cannot. */
function active(made: ServiceWorkerRegistration): Promise<ServiceWorker> {
  if (made.active) return Promise.resolve(made.active);
  const worker = made.installing ?? made.waiting;
  if (!worker) return Promise.reject(new Error('The browser did not set up its worker.'));
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (worker.state === 'activated') resolve(worker);
      if (worker.state === 'redundant')
        reject(new Error('What this page needs without a network could not be kept.'));
    };
    worker.addEventListener('statechange', look);
    look();
  });
}

type Value<R extends Request> = R extends { ask: 'state' }
  ? State
  : R extends { ask: 'update' }
    ? Update
    : undefined;

/** Asks the worker, or another one of its registration, and gives its answer. */
export async function ask<R extends Request>(
  request: R,
  worker?: ServiceWorker | null,
): Promise<Value<R>> {
  const asked = worker ?? (await registration()).active;
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise<Answer<Value<R>>>((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
  asked?.postMessage(request, [port2]);
  const answer = await answered;
  port1.close();
  if (!answer.ok) throw new Error(answer.why);
  return answer.value;
}

/** Called once on every page: keeps it, and says so when a newer version is ready. */
export async function startOffline(): Promise<void> {
  const made = await registration().catch(() => undefined);
  if (!made) return;
  const root = siteRoot().pathname;
  if (location.pathname.startsWith(root))
    void ask({ ask: 'keep page', path: location.pathname.slice(root.length) }).catch(() => {});
  if (!navigator.serviceWorker.controller) return;
  const say = async (): Promise<void> => {
    if (!made.waiting) return;
    const { showNotice } = await import('./notice.ts');
    showNotice();
  };
  made.addEventListener('updatefound', () => {
    const worker = made.installing;
    worker?.addEventListener('statechange', () => worker.state === 'installed' && void say());
  });
  // Another version took over, because a reader said so here or in another window.
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // A page that stands in for another one leads on by itself.
    if (!document.querySelector('missing-page:not([hidden])')) location.reload();
  });
  await say();
}

/** Lets the version that waits take over; every open page of the course then loads anew. */
export async function takeOver(): Promise<void> {
  const { waiting } = await registration();
  if (waiting) await ask({ ask: 'take over' }, waiting);
}

/** Ends the worker for this site; what it kept goes with it. Nothing that the reader wrote is touched. */
export async function leaveWorker(): Promise<void> {
  await ask({ ask: 'drop' }).catch(() => {});
  await (await registration()).unregister();
}
