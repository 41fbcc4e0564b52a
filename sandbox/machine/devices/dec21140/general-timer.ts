import type { Engine, Handler, Timer } from '../../engine/engine.ts';
import { TIMER_CONTINUOUS } from './spec.ts';

const COUNT = 0xffff;
const ONES = 0xfffe0000;

/**
 * CSR11: counts down and raises GTE at zero; with CON it starts again. Writing 0 stops it. A read gives
 * what is left: unverified. Counting once is work of the machine, going round is not.
 */
export class GeneralTimer implements Handler {
  #engine: Engine;
  #expired: () => void;
  #once: Timer;
  #round: Timer;
  #value = 0;
  #unit = 1;

  constructor(engine: Engine, expired: () => void) {
    this.#engine = engine;
    this.#expired = expired;
    this.#once = engine.timer(this);
    this.#round = engine.timer(this, 0, true);
  }

  read(): number {
    const timer = this.#once.pending ? this.#once : this.#round;
    const left = timer.pending ? Math.ceil((timer.due - this.#engine.now) / this.#unit) : 0;
    return (ONES | (this.#value & TIMER_CONTINUOUS) | (left & COUNT)) >>> 0;
  }

  /** @param unit picoseconds for one count */
  write(value: number, unit: number): void {
    this.reset();
    this.#value = value & (COUNT | TIMER_CONTINUOUS);
    this.#unit = unit;
    this.#start();
  }

  reset(): void {
    this.#value = 0;
    this.#once.cancel();
    this.#round.cancel();
  }

  handle(): void {
    if ((this.#value & TIMER_CONTINUOUS) !== 0) this.#start();
    this.#expired();
  }

  #start(): void {
    const count = this.#value & COUNT;
    if (count === 0) return;
    const timer = (this.#value & TIMER_CONTINUOUS) !== 0 ? this.#round : this.#once;
    timer.schedule(this.#engine.now + count * this.#unit);
  }
}
