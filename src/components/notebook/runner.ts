import { createRunner, type Runner } from '../../../sandbox/runner/index.ts';
import { siteRoot } from '../../lib/root.ts';

let shared: Runner | undefined;

/** The page's runner. Its files lie in `sandbox/` under the site's root, wherever that is. */
export function runner(): Runner {
  shared ??= createRunner({ base: new URL('sandbox/', siteRoot()) });
  return shared;
}

/** Gets a lesson's lab and a worker ready once the page is there to read and has nothing better to do. */
export function warmWhenIdle(lesson: string): void {
  const warm = (): void =>
    void runner()
      .warm(lesson)
      .catch(() => {});
  afterFirstPaint(() => {
    if ('requestIdleCallback' in window) requestIdleCallback(warm, { timeout: 2_000 });
    else setTimeout(warm, 500);
  });
}

/** Calls `then` when the browser has painted something to read; at once where it does not say when. */
function afterFirstPaint(then: () => void): void {
  if (!PerformanceObserver.supportedEntryTypes.includes('paint')) {
    then();
    return;
  }
  const observer = new PerformanceObserver((list) => {
    if (list.getEntriesByName('first-contentful-paint').length === 0) return;
    observer.disconnect();
    then();
  });
  observer.observe({ type: 'paint', buffered: true });
}
