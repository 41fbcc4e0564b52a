import { type Engine, type Handler, SECOND, type Timer } from '../../engine/engine.ts';

/** How long a guest has to let a function go, in picoseconds (facts, sections 7 and 8). */
export const EJECTION_TIME = 60 * SECOND;

/** How a function left its guest: the guest let it go, or it was taken. */
export type Departure = 'ejected' | 'surprise';

/** The wait for a guest that was asked to let its function go. */
export class Ejection implements Handler {
  #timer: Timer;
  #then: ((how: Departure) => void) | undefined;

  constructor(engine: Engine) {
    this.#timer = engine.timer(this);
  }

  get pending(): boolean {
    return this.#then !== undefined;
  }

  /** @param at when the guest was asked, in picoseconds */
  begin(at: number, then: (how: Departure) => void): void {
    this.#then = then;
    this.#timer.schedule(Math.ceil(at) + EJECTION_TIME);
  }

  /** The guest has let it go, or is gone itself. */
  end(how: Departure): void {
    const then = this.#then;
    this.#then = undefined;
    this.#timer.cancel();
    then?.(how);
  }

  /** The time is over. */
  handle(): void {
    this.end('surprise');
  }
}
