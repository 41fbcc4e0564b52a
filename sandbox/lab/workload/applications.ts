import { type Engine, MICROSECOND } from '../../machine/engine/engine.ts';
import { APPLICATION_PERIOD, BusyApplication } from '../../machine/guest/busy-application.ts';
import type { VirtualProcessor } from '../../machine/partition/virtual-processor.ts';

/** A workload that nothing was sent for, and nothing arrived of, for so long is over. */
const QUIET = 100_000 * MICROSECOND;

/** What applications need to know to end with their workload. */
export interface WorkloadProgress {
  /** Frames that are to arrive; Infinity for those of a run by time. */
  readonly expected: number;
  readonly delivered: number;
  /** When something last arrived or was sent, in picoseconds. */
  readonly lastSeen: number;
  /** Longest time between two frames of it. */
  readonly longestGap: number;
}

/** Busy applications on every guest processor, for as long as the workload lasts. */
export class Applications {
  #all: BusyApplication[];

  constructor(
    engine: Engine,
    processors: readonly VirtualProcessor[],
    share: number,
    progress: WorkloadProgress,
  ) {
    const isOver = (now: number) =>
      progress.delivered >= progress.expected ||
      now - progress.lastSeen > Math.max(QUIET, 2 * progress.longestGap);
    this.#all = processors.map(
      (processor) => new BusyApplication(engine, processor, share, isOver),
    );
  }

  /** Starts them one after another within a period, so that they do not march in step. */
  start(at: number): void {
    const apart = Math.floor(APPLICATION_PERIOD / this.#all.length);
    for (const [i, application] of this.#all.entries()) application.start(at + i * apart);
  }

  /** Share of the processors that they got over `time` picoseconds. */
  got(time: number): number {
    const sum = this.#all.reduce((all, { got }) => all + got, 0);
    return time > 0 ? sum / (this.#all.length * time) : 0;
  }
}
