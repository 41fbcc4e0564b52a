import { h } from './dom.ts';

const MOST = 64;
const STEP = 1.5;
/** Pixels that a pressed pointer may move before it pans. */
const STILL = 4;

/** The part of a scrolling box that is seen: nearer or farther, and where. */
export interface Zoom {
  controls: HTMLElement;
  /** Draws again at the present zoom. */
  refresh(): void;
  /** Takes `+`, `-` and `0`; whether the key was one of them. */
  key(name: string): boolean;
}

function panByDragging(box: HTMLElement): void {
  let from: { x: number; scroll: number } | undefined;
  let panned = false;
  box.addEventListener('pointerdown', (event) => {
    // A finger scrolls the box by itself.
    if (event.button === 0 && event.pointerType !== 'touch')
      from = { x: event.clientX, scroll: box.scrollLeft };
    panned = false;
  });
  box.addEventListener('pointermove', (event) => {
    if (!from) return;
    const by = event.clientX - from.x;
    if (!panned && Math.abs(by) < STILL) return;
    if (!panned) box.setPointerCapture(event.pointerId);
    panned = true;
    box.scrollLeft = from.scroll - by;
  });
  for (const name of ['pointerup', 'pointercancel'])
    box.addEventListener(name, () => {
      from = undefined;
    });
  box.addEventListener('click', (event) => panned && event.stopPropagation(), { capture: true });
}

/**
 * Zooms what is in `box`: with the wheel and Ctrl, keys and buttons; a drag pans. `draw` lays it out so many
 * times as wide, `focus` gives the place that stays where it is when no pointer shows one, in pixels.
 */
export function zoomable(
  box: HTMLElement,
  draw: (zoom: number) => void,
  focus: () => number,
): Zoom {
  let zoom = 1;
  const said = h('span', { class: 'zoom-said', role: 'status' });
  const to = (wanted: number, anchor: number) => {
    const next = Math.max(1, Math.min(MOST, wanted));
    const place = (box.scrollLeft + anchor) / Math.max(1, box.scrollWidth);
    zoom = next;
    draw(zoom);
    box.scrollLeft = place * box.scrollWidth - anchor;
    box.classList.toggle('is-zoomed', zoom > 1);
    said.textContent = zoom > 1 ? `${zoom.toFixed(zoom < 10 ? 1 : 0)} times` : 'all of it';
    nearer.disabled = zoom >= MOST;
    farther.disabled = reset.disabled = zoom <= 1;
  };
  const anchor = () => Math.max(0, Math.min(box.clientWidth, focus() - box.scrollLeft));
  const button = (label: string, sign: string, run: () => void) => {
    const node = h('button', { type: 'button', class: 'zoom-button', 'aria-label': label }, sign);
    node.addEventListener('click', run);
    return node;
  };
  const farther = button('Zoom out', '−', () => to(zoom / STEP, anchor()));
  const nearer = button('Zoom in', '+', () => to(zoom * STEP, anchor()));
  const reset = button('All of the time', 'All', () => to(1, 0));
  farther.disabled = reset.disabled = true;
  box.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const by = Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) / 150);
      to(zoom * by, event.clientX - box.getBoundingClientRect().left);
    },
    { passive: false },
  );
  panByDragging(box);
  return {
    controls: h(
      'span',
      { class: 'lanes-zoom', role: 'group', 'aria-label': 'Zoom' },
      farther,
      nearer,
      reset,
      said,
    ),
    refresh: () => draw(zoom),
    key(name) {
      if (name === '+' || name === '=') to(zoom * STEP, anchor());
      else if (name === '-') to(zoom / STEP, anchor());
      else if (name === '0') to(1, 0);
      else return false;
      return true;
    },
  };
}
