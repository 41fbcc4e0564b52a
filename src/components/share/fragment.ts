import type { TwoCell } from '../notebook/cell.ts';

/** Milliseconds after a jump for which its goal is kept where it came to stand. */
const SETTLE_MS = 4_000;

/** Share buttons, links that carry a cell, and links to a cell on a page that is still growing. */
export function followFragments(): void {
  document.addEventListener('click', (event) => {
    const pressed = event.target instanceof Element ? event.target : undefined;
    const cell = pressed?.closest('.cell-share')?.closest<TwoCell>('two-cell');
    if (cell) void import('./panel.ts').then(({ togglePanel }) => togglePanel(cell));
  });
  addEventListener('hashchange', follow);
  follow();
}

function follow(): void {
  // The playground reads its links itself.
  if (document.querySelector('two-playground')) return;
  if (location.hash.startsWith('#share='))
    void import('./receive.ts').then(({ receiveLink }) => receiveLink(location.hash));
  else if (/^#(cell|exercise)-/.test(location.hash)) keepInView(location.hash.slice(1));
}

/** Scrolls to the goal again when what stands above it changes its size, until the reader moves. */
function keepInView(id: string): void {
  const goal = document.getElementById(id);
  if (!goal) return;
  const stop = new AbortController();
  const { signal } = stop;
  for (const name of ['wheel', 'touchstart', 'pointerdown', 'keydown', 'hashchange'])
    addEventListener(name, () => stop.abort(), { signal, passive: true });
  setTimeout(() => stop.abort(), SETTLE_MS);
  const observer = new ResizeObserver(() => goal.scrollIntoView());
  observer.observe(document.body);
  signal.addEventListener('abort', () => observer.disconnect());
}
