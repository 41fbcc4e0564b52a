import { createRunner, type Runner } from '../../../sandbox/runner/index.ts';
import { siteRoot } from '../../lib/root.ts';

let shared: Runner | undefined;

/** The page's runner. Its files lie in `sandbox/` under the site's root, wherever that is. */
export function runner(): Runner {
  shared ??= createRunner({ base: new URL('sandbox/', siteRoot()) });
  return shared;
}

/** Gets a lesson's lab and a worker ready once the page has nothing better to do. */
export function warmWhenIdle(lesson: string): void {
  const warm = (): void =>
    void runner()
      .warm(lesson)
      .catch(() => {});
  if ('requestIdleCallback' in window) requestIdleCallback(warm, { timeout: 2_000 });
  else setTimeout(warm, 500);
}
