import type { LogLine, Report, RunError, SweepProgress } from '../../../sandbox/runner/index.ts';
import { renderReport } from '../report/render.ts';
import { h, part } from './dom.ts';
import { LiveSweep } from './live-sweep.ts';
import { Place } from './place.ts';

/** What a run produced. Old results stay until the new run brings its first, so that nothing jumps. */
export class Output {
  #root: HTMLElement;
  #places: Place[];
  #section: HTMLElement;
  #results: HTMLElement;
  #log: HTMLElement;
  #error: HTMLElement;
  #fresh = true;
  /** Sweeps that were shown while they went on, by their number. */
  #sweeps = new Map<number, LiveSweep>();

  constructor(root: HTMLElement) {
    this.#root = root;
    const kept = root.querySelectorAll<HTMLElement>('.cell-output, [data-heights]');
    this.#places = [...kept].map((element) => new Place(element));
    this.#section = part(root, '.cell-output');
    this.#results = part(root, '.cell-results');
    this.#log = part(root, '.cell-log');
    this.#error = part(root, '.cell-error');
  }

  begin(): void {
    this.#fresh = false;
    this.#section.setAttribute('aria-busy', 'true');
    for (const place of this.#places) place.take();
  }

  end(): void {
    // A run that was stopped before it showed anything leaves the earlier results alone.
    this.#section.removeAttribute('aria-busy');
    // The owner says what came of the run, and shows what it shows by itself, in this same turn.
    queueMicrotask(() => {
      if (this.#section.hasAttribute('aria-busy')) return;
      const well = this.#error.hidden && this.#root.dataset.state !== 'stopped';
      for (const place of this.#places) place.end(well);
    });
  }

  report(report: Report): void {
    this.#renew();
    if (report.kind !== 'sweep' || !this.#finish(report))
      this.#results.append(renderReport(report));
  }

  /** Whether the sweep is one that was shown while it went on: it is complete now. */
  #finish(sweep: Extract<Report, { kind: 'sweep' }>): boolean {
    const live = this.#sweeps.get(sweep.id ?? 0);
    live?.finish(sweep);
    // Shown once more it is another picture.
    return this.#sweeps.delete(sweep.id ?? 0);
  }

  /** A sweep has begun, or one more of its points has come. */
  progress(part: SweepProgress): void {
    this.#renew();
    if ('point' in part) return this.#sweeps.get(part.id)?.add(part.point);
    const live = new LiveSweep(part.sweep);
    this.#sweeps.set(part.id, live);
    this.#results.append(live.host);
  }

  log(lines: readonly LogLine[]): void {
    this.#renew();
    this.#log.hidden = false;
    const following = this.#log.scrollTop + this.#log.clientHeight >= this.#log.scrollHeight - 4;
    for (const { level, text } of lines)
      this.#log.append(h('span', { class: `log-line log-${level}` }, `${text}\n`));
    if (following) this.#log.scrollTop = this.#log.scrollHeight;
  }

  error({ text, places }: RunError, go: (place: RunError['places'][number]) => void): void {
    this.#renew();
    this.#error.hidden = false;
    part(this.#error, '.error-message').textContent = text;
    const buttons = places.map((place) => {
      const button = h(
        'button',
        { type: 'button', class: 'error-place' },
        `${place.file} line ${place.line}`,
      );
      button.addEventListener('click', () => go(place));
      return button;
    });
    part(this.#error, '.error-places').replaceChildren(...buttons);
  }

  /** Empties the area at the first sign of the new run, and at its end if it showed nothing. */
  clear(): void {
    this.#fresh = true;
    this.#results.replaceChildren();
    this.#sweeps.clear();
    this.#log.replaceChildren();
    this.#log.hidden = true;
    this.#error.hidden = true;
    this.#section.hidden = true;
  }

  get fresh(): boolean {
    return this.#fresh;
  }

  #renew(): void {
    if (!this.#fresh) this.clear();
    this.#section.hidden = false;
  }
}
