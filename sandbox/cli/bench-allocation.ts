import { Engine, type Handler, type Timer } from '../machine/engine/engine.ts';
import { DELAYS } from './bench-delays.ts';

/**
 * Bytes allocated while a million events are dispatched to 1000 timers in steady state: the least of several
 * million, since V8 compiles beside them in a time of its own, and times are boxed until it has.
 */
export function bytesPerMillionEvents(): number {
  const engine = new Engine();
  const owners = Array.from({ length: 1000 }, (_, i) => new Rescheduler(engine, i));
  dispatch(engine, 1_000_000);
  const millions = Array.from({ length: 5 }, () => allocatedInMillion(engine));
  return owners.length > 0 ? Math.min(...millions) : 0;
}

function allocatedInMillion(engine: Engine): number {
  let allocated = 0;
  for (let step = 0; step < 100; step++) {
    const before = process.memoryUsage().heapUsed;
    dispatch(engine, 10_000);
    allocated += Math.max(0, process.memoryUsage().heapUsed - before);
  }
  let overhead = 0;
  for (let step = 0; step < 100; step++) {
    const before = process.memoryUsage().heapUsed;
    overhead += Math.max(0, process.memoryUsage().heapUsed - before);
  }
  return Math.max(0, allocated - overhead);
}

/** Dispatches `events` events. */
function dispatch(engine: Engine, events: number): void {
  const stop = engine.events + events;
  while (engine.events < stop) engine.run(engine.now + 100_000_000);
}

class Rescheduler implements Handler {
  #timer: Timer;
  #engine: Engine;
  #at: number;

  constructor(engine: Engine, index: number) {
    this.#engine = engine;
    this.#timer = engine.timer(this);
    this.#at = index;
    this.#timer.schedule(DELAYS[index % DELAYS.length]);
  }

  handle(): void {
    this.#at = (this.#at + 1) % DELAYS.length;
    this.#timer.schedule(this.#engine.now + DELAYS[this.#at]);
  }
}
