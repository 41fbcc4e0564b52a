/** Waits until the page has what it needs itself; keeping things for later comes after that. */
const begin = (): void => {
  const idle = window.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 500));
  idle(() => void import('./page.ts').then(({ startOffline }) => startOffline()));
};
if (!import.meta.env.DEV) {
  if (document.readyState === 'complete') begin();
  else addEventListener('load', begin, { once: true });
}
