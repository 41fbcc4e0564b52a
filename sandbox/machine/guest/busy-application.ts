import { type Engine, type Handler, MICROSECOND, type Timer } from '../engine/engine.ts';
import { APPLICATION } from '../partition/ledger.ts';
import type { Task, VirtualProcessor } from '../partition/virtual-processor.ts';
import { tick } from './clock.ts';

/** How often the application has something to do: the tick of a kernel with HZ=1000. */
export const APPLICATION_PERIOD = 1000 * MICROSECOND;
/**
 * It computes in slices, between which interrupts and other tasks get in: a task after two at most, since the
 * next turn is queued when the one before begins. A real application is interrupted between any two instructions,
 * so the shortest slice is about as long as handling a frame: an assumption.
 */
const SHORTEST_SLICE = 2 * MICROSECOND;
const LONGEST_SLICE = 100 * MICROSECOND;

/**
 * An application of the guest that computes and does no I/O. Every millisecond it wants a share of its
 * processor: all of it until the share is done. While others want the processor too, it takes turns with them,
 * and its turns are as long as its share of both. What it did not get it wants again, a period's worth at most.
 */
export class BusyApplication implements Task, Handler {
  /** Picoseconds of its processor that it got. */
  got = 0;
  #engine: Engine;
  #processor: VirtualProcessor;
  #share: number;
  #timer: Timer;
  #isOver: (now: number) => boolean;
  /** Picoseconds of work that it has still to do. */
  #backlog = 0;
  #running = false;
  /** End of its last slice. */
  #last = 0;

  /**
   * @param share of the processor, above 0 and below 1
   * @param isOver whether it has nothing more to do, asked whenever it runs
   */
  constructor(
    engine: Engine,
    processor: VirtualProcessor,
    share: number,
    isOver: (now: number) => boolean,
  ) {
    this.#engine = engine;
    this.#processor = processor;
    this.#share = share;
    this.#isOver = isOver;
    this.#timer = engine.timer(this);
  }

  /** Its first period begins at `at`, in picoseconds. */
  start(at: number): void {
    this.#timer.schedule(at);
  }

  /** A period begins. */
  handle(): void {
    const { now } = this.#engine;
    if (this.#isOver(now)) return;
    const work = Math.round(this.#share * APPLICATION_PERIOD);
    this.#backlog = Math.min(this.#backlog, work) + work;
    this.#timer.schedule(now + APPLICATION_PERIOD);
    if (this.#running) return;
    this.#running = true;
    this.#last = Infinity;
    tick(this.#processor, now);
    this.#processor.post(this, 0, now);
  }

  /** Its turn: a slice, and again after the others while there is work. */
  run(processor: VirtualProcessor): void {
    const begin = processor.local;
    const others = Math.max(0, begin - this.#last);
    const turn = Math.round((others * this.#share) / (1 - this.#share));
    const slice = Math.min(this.#backlog, LONGEST_SLICE, Math.max(SHORTEST_SLICE, turn));
    const cycles = Math.max(1, Math.round(processor.lp.cyclesIn(slice)));
    processor.charge(processor.user, APPLICATION, cycles, 'computes');
    this.#last = processor.local;
    this.#backlog -= this.#last - begin;
    this.got += this.#last - begin;
    this.#running = this.#backlog > 0 && !this.#isOver(this.#last);
    if (this.#running) processor.post(this, 0, this.#last);
  }
}
