/**
 * How far what moves may run ahead of the memory before it waits, in picoseconds. A piece of software runs
 * at an instant and moves its bytes over the time it takes (decision 0005), up to some fifty microseconds
 * for eight long frames of a poll: traffic is looked at over that time.
 */
const AHEAD = 50_000_000;

/**
 * What processors and devices move to and from memory, together, at a fixed rate: a bucket that empties as
 * time goes by. Within the rate nobody waits; beyond it each waits until its bytes have been moved.
 *
 * Every byte counts as if no cache held it: a copy moves each byte twice, a frame that a device writes moves
 * once, and once more when software reads it. Caches, and devices that write into them, keep some of it
 * from the memory, so this is the most that it can be. Code, tables and descriptors are left out.
 */
export class MemoryBus {
  /** Bytes moved so far. */
  moved = 0;
  #picosecondsPerByte: number;
  /** When all that was moved so far will be through, in picoseconds. */
  #through = 0;

  /** @param bytesPerSecond what the memory can move at most; Infinity for one that never limits */
  constructor(bytesPerSecond = Infinity) {
    this.#picosecondsPerByte = 1e12 / bytesPerSecond;
  }

  /**
   * Moves `bytes`. Returns how long the mover has to wait for it, in picoseconds.
   * @param now the engine's present
   * @param local the mover's own clock, `now` or later
   */
  move(bytes: number, now: number, local: number): number {
    this.moved += bytes;
    const from = this.#through > now ? this.#through : now;
    this.#through = from + bytes * this.#picosecondsPerByte;
    const wait = this.#through - local - AHEAD;
    return wait > 0 ? Math.round(wait) : 0;
  }
}
