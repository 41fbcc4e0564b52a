/** Milliseconds that a page is left alone with its first run: keeping it for later would slow that down. */
const QUIET_MS = 4_000;

/** Waits until the page has what it needs itself; keeping things for later comes after that. */
const begin = (): void => {
  const idle = window.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 500));
  const start = () => void import('./page.ts').then(({ startOffline }) => startOffline());
  setTimeout(() => idle(start), QUIET_MS);
};
if (!import.meta.env.DEV) {
  if (document.readyState === 'complete') begin();
  else addEventListener('load', begin, { once: true });
}
