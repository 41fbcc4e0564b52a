import type { Report, SweepProgress } from '../../../sandbox/runner/index.ts';
import { renderReport, updateReport } from '../report/render.ts';

type Sweep = Extract<Report, { kind: 'sweep' }>;
type Point = Extract<SweepProgress, { point: unknown }>['point'];

/** A sweep on the page while its points come: drawn at most once a frame of the screen. */
export class LiveSweep {
  readonly host: HTMLElement;
  #sweep: Sweep;
  #due = false;

  constructor(sweep: Sweep) {
    this.#sweep = { ...sweep, points: [...sweep.points] };
    this.host = renderReport(this.#sweep);
  }

  add(point: Point): void {
    this.#sweep.points.push(point);
    this.#draw();
  }

  /** The sweep is over: this is all of it. */
  finish(sweep: Sweep): void {
    this.#sweep.points = sweep.points;
    this.#draw();
  }

  #draw(): void {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      updateReport(this.host, this.#sweep);
    });
  }
}
