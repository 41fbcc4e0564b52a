import type { Engine, Handler, Timer } from '../../engine/engine.ts';

/** Who sends a vector's message. */
export interface MessageSender {
  sendMessage(functionIndex: number, vector: number): void;
}

/**
 * One interrupt vector with its throttle (EITR) and mask. A cause sends a message when the throttle is
 * idle, and otherwise waits for it; a message masks the vector until software writes EIMS (auto-mask).
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
  #masked = false;
  #cause = false;
  #nextAllowed = 0;

  constructor(engine: Engine, sender: MessageSender, functionIndex: number, vector: number) {
    this.#engine = engine;
    this.#sender = sender;
    this.#functionIndex = functionIndex;
    this.#vector = vector;
    this.#timer = engine.timer(this);
  }

  /** Something happened at `at` that software should know. */
  cause(at: number): void {
    this.#cause = true;
    if (this.#masked || this.#timer.pending) return;
    this.#timer.schedule(at > this.#nextAllowed ? at : this.#nextAllowed);
  }

  /** Software takes the mask off (writes EIMS) at `at`. */
  unmask(at: number): void {
    this.#masked = false;
    if (this.#cause) this.cause(at);
  }

  handle(): void {
    this.#cause = false;
    this.#masked = true;
    this.messages++;
    this.#nextAllowed = this.#engine.now + this.interval;
    this.#sender.sendMessage(this.#functionIndex, this.#vector);
  }
}
