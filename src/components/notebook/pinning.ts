import type { Compared } from './baseline.ts';
import { h } from './dom.ts';
import type { Baseline } from './store.ts';

/** What pinning needs of its cell. */
export interface PinningHost {
  /** What is kept; not checked yet. */
  pinned(): Baseline | undefined;
  pin(baseline: Baseline | undefined): void;
  say(words: string): void;
}

/** The foot of a comparison: a button that pins it and, once one is pinned, what has changed since. */
export class Pinning {
  #host: PinningHost;
  #foot = h('div', { class: 'cell-baseline', hidden: true });
  #newest: Compared | undefined;

  constructor(output: HTMLElement, host: PinningHost) {
    this.#host = host;
    output.append(this.#foot);
  }

  /** A run is over: this is its comparison, if it made one. */
  show(newest: Compared | undefined): void {
    this.#newest = newest;
    void this.draw();
  }

  async draw(): Promise<void> {
    const newest = this.#newest;
    this.#foot.hidden = newest === undefined;
    if (!newest) return;
    const pinned = this.#host.pinned();
    if (pinned === undefined) {
      const pin = h('button', { type: 'button', class: 'baseline-pin' }, 'Pin as baseline');
      pin.addEventListener('click', () => void this.#pin());
      return this.#replace(pin);
    }
    const { readBaseline, drawDifference } = await import('./baseline.ts');
    // Another run may have ended, or the baseline gone, while the code came.
    if (newest !== this.#newest || pinned !== this.#host.pinned()) return;
    const baseline = readBaseline(pinned);
    if (baseline === undefined) {
      this.#host.pin(undefined);
      this.#host.say('The kept baseline cannot be read: it is left out.');
      return this.draw();
    }
    this.#replace(
      drawDifference(baseline, newest, {
        again: () => void this.#pin(),
        unpin: () => void this.#unpin(),
      }),
    );
  }

  /** A focus in the foot stays in it, on the button of the same name if there still is one. */
  #replace(content: HTMLElement): void {
    const { activeElement } = document;
    const held = activeElement !== null && this.#foot.contains(activeElement);
    const name = activeElement?.classList.item(0) ?? 'baseline-pin';
    this.#foot.replaceChildren(content);
    if (!held) return;
    const same = this.#foot.querySelector<HTMLElement>(`.${CSS.escape(name)}`);
    (same ?? this.#foot.querySelector('button'))?.focus();
  }

  async #pin(): Promise<void> {
    const newest = this.#newest;
    if (!newest) return;
    const { toBaseline } = await import('./baseline.ts');
    this.#host.pin(toBaseline(newest));
    this.#host.say('Pinned: the next comparison is held against this one.');
    await this.draw();
  }

  async #unpin(): Promise<void> {
    this.#host.pin(undefined);
    this.#host.say('The baseline is unpinned.');
    await this.draw();
  }
}
