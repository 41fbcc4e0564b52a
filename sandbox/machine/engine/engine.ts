import { EventHeap } from './heap.ts';
import { Trace } from './trace.ts';

/** Picoseconds in a nanosecond, a microsecond and a second. */
export const NANOSECOND = 1e3;
export const MICROSECOND = 1e6;
export const SECOND = 1e12;

/** Something with timers: called with the tag of the timer and the argument it was scheduled with. */
export interface Handler {
  handle(tag: number, arg: number): void;
}

/** Thrown when a machine does not come to rest: a runaway loop of events at one instant or beyond a bound. */
export class EngineError extends Error {
  override name = 'EngineError';
}

/**
 * A timer: one possible future of its owner. It is pending at most once; scheduling it again moves it.
 * Nobody posts anonymous futures, so what is about to happen can always be named.
 */
export class Timer {
  readonly slot: number;
  #engine: Engine;

  constructor(engine: Engine, slot: number) {
    this.#engine = engine;
    this.slot = slot;
  }

  get pending(): boolean {
    return this.#engine.isPending(this.slot);
  }

  /** When it is due, in picoseconds; NaN when it is not pending. */
  get due(): number {
    return this.#engine.dueTime(this.slot);
  }

  /**
   * Due at `time` (picoseconds, a whole number, not in the past), with `arg` for the handler.
   * Equal times fire in the order in which they were scheduled.
   */
  schedule(time: number, arg = 0): void {
    this.#engine.schedule(this.slot, time, arg);
  }

  cancel(): void {
    this.#engine.cancel(this.slot);
  }
}

/**
 * The clock and the dispatcher. Time is a whole number of picoseconds in a Number: exact for 2.5 hours.
 */
export class Engine {
  /** The present, in picoseconds. */
  now = 0;
  /** Events dispatched since the start. */
  events = 0;
  readonly trace: Trace;
  #heap = new EventHeap();
  #sequence = 0;
  #handlers: Handler[] = [];
  #tags: number[] = [];
  #args = new Float64Array(64);
  /** 1 where a slot counts as work that is still to be done, 0 where it is a background timer. */
  #works: number[] = [];
  /** Pending slots that count as work. */
  #work = 0;
  #stopped = false;

  constructor(trace = new Trace()) {
    this.trace = trace;
  }

  /**
   * A new timer that calls `handler.handle(tag, arg)`. A `background` timer, such as a periodic poll,
   * fires like any other, but a machine in which nothing else is pending is at rest.
   */
  timer(handler: Handler, tag = 0, background = false): Timer {
    const slot = this.#handlers.length;
    this.#handlers.push(handler);
    this.#tags.push(tag);
    this.#works.push(background ? 0 : 1);
    if (slot >= this.#args.length) {
      const grown = new Float64Array(this.#args.length * 2);
      grown.set(this.#args);
      this.#args = grown;
    }
    return new Timer(this, slot);
  }

  /** @throws EngineError when `time` lies in the past or is not a whole number of picoseconds. */
  schedule(slot: number, time: number, arg: number): void {
    const exact = time <= Number.MAX_SAFE_INTEGER && time === Math.floor(time);
    if (!exact || time < this.now)
      throw new EngineError(`cannot schedule at ${time} ps: now is ${this.now} ps, time is whole`);
    this.#args[slot] = arg;
    if (!this.#heap.has(slot)) this.#work += this.#works[slot];
    this.#heap.set(slot, time, this.#sequence++);
  }

  cancel(slot: number): void {
    if (this.#heap.has(slot)) this.#work -= this.#works[slot];
    this.#heap.delete(slot);
  }

  isPending(slot: number): boolean {
    return this.#heap.has(slot);
  }

  dueTime(slot: number): number {
    return this.#heap.timeOf(slot);
  }

  /** Ends the current `run` after the event in hand. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Dispatches events in order until `stop` is called, the next one lies after `until`, or, where
   * `until` is left out, nothing but background timers is pending. The clock then stands at the last
   * event, or at `until` when that is finite and was reached.
   * @throws EngineError after `maxEvents` events: a machine that never comes to rest is a fault.
   */
  run(until = Infinity, maxEvents = Infinity): void {
    const heap = this.#heap;
    const limit = this.events + maxEvents;
    this.#stopped = false;
    while (!this.#stopped) {
      const time = heap.nextTime;
      if (time > until || time === Infinity || (this.#work === 0 && until === Infinity)) {
        if (until !== Infinity) this.now = Math.max(this.now, until);
        return;
      }
      if (this.events >= limit) throw new EngineError(`no rest after ${maxEvents} events`);
      const slot = heap.pop();
      this.#work -= this.#works[slot];
      this.now = time;
      this.events++;
      const arg = this.#args[slot];
      this.trace.event(time, slot, arg);
      this.#handlers[slot].handle(this.#tags[slot], arg);
    }
  }
}
