import type { Engine, Handler, Timer } from '../../engine/engine.ts';

/** Who sends a vector's message. */
export interface MessageSender {
  sendMessage(functionIndex: number, vector: number): void;
}

/** Registers of a cause space, one bit a cause, and where they stand in its file. */
export const CAUSES = 0;
export const MASK = 1;
export const AUTO_CLEAR = 2;
export const AUTO_MASK = 3;

/**
 * One MSI-X vector: its bit in the cause registers (EICR, EIMS, EIAC, EIAM) and its throttle (EITR).
 * A message goes out when the bit becomes set in EICR and EIMS both, once the throttle is idle; causes
 * that come while it runs go out together. The message clears the bit in EICR where EIAC says so and masks
 * it where EIAM does (sections 3 and 8).
 */
export class InterruptVector implements Handler {
  /** Shortest distance between messages, in picoseconds. */
  interval = 0;
  /** Messages sent. */
  messages = 0;
  #engine: Engine;
  #sender: MessageSender;
  #functionIndex: number;
  #vector: number;
  #timer: Timer;
  #file: Uint32Array;
  #bit: number;
  #nextAllowed = 0;

  /** @param file the four registers of the space in which the vector has bit `bit` */
  constructor(
    engine: Engine,
    sender: MessageSender,
    functionIndex: number,
    vector: number,
    file: Uint32Array,
    bit: number,
  ) {
    this.#engine = engine;
    this.#sender = sender;
    this.#functionIndex = functionIndex;
    this.#vector = vector;
    this.#timer = engine.timer(this);
    this.#file = file;
    this.#bit = 1 << bit;
  }

  /** Something happened at `at` that software should know. */
  cause(at: number): void {
    const file = this.#file;
    const bit = this.#bit;
    const before = file[CAUSES] & bit;
    file[CAUSES] |= bit;
    if (before !== 0 || (file[MASK] & bit) === 0 || this.#timer.pending) return;
    this.#timer.schedule(at > this.#nextAllowed ? at : this.#nextAllowed);
  }

  /** Software has set the mask bit (EIMS) at `at`; a cause that waited goes out. */
  unmask(at: number): void {
    if ((this.#file[CAUSES] & this.#bit) === 0 || this.#timer.pending) return;
    this.#timer.schedule(at > this.#nextAllowed ? at : this.#nextAllowed);
  }

  /** Nothing is due any more: a reset, a mask, or software has taken the cause. */
  cancel(): void {
    this.#timer.cancel();
  }

  /** The device or the function was reset. The throttle's setting survives, what it counts does not. */
  reset(): void {
    this.#timer.cancel();
    this.#nextAllowed = 0;
  }

  handle(): void {
    const file = this.#file;
    const bit = this.#bit;
    if ((file[AUTO_CLEAR] & bit) !== 0) file[CAUSES] &= ~bit;
    if ((file[AUTO_MASK] & bit) !== 0) file[MASK] &= ~bit;
    this.messages++;
    this.#nextAllowed = this.#engine.now + this.interval;
    this.#sender.sendMessage(this.#functionIndex, this.#vector);
  }
}

/** What a queue tells of its frames. IVAR says which vector hears of it; none before it is written. */
export class CauseLine {
  vector: InterruptVector | undefined;

  cause(at: number): void {
    this.vector?.cause(at);
  }
}
