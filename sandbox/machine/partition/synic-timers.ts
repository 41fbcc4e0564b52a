import type { Engine, Handler, Timer } from '../engine/engine.ts';
import type { HostMemory } from '../memory/host-memory.ts';
import { MESSAGE_HEADER_SIZE, MESSAGE_SIZE } from './intercept-message.ts';
import type { Synic } from './synic.ts';
import {
  REFERENCE_TICK,
  SINTS,
  TIMER_AUTO_ENABLE,
  TIMER_DIRECT,
  TIMER_ENABLED,
  TIMER_PERIODIC,
  TIMER_SINT_SHIFT,
  TIMER_VECTOR_SHIFT,
  TIMERS,
} from './synic-spec.ts';
import { MESSAGE_HEADER, TIMER_MESSAGE_PAYLOAD } from './synic-structures.ts';

const MESSAGE_TIMER_EXPIRED = 0x80000010;
const PAYLOAD = TIMER_MESSAGE_PAYLOAD.at;
const WORD = 4294967296;
/** Words of a timer: configuration and count, low word first. */
const WORDS = 4;
/**
 * A period counts as at least this many ticks (10 us). The bound is this model's: it keeps a guest from
 * making the machine do nothing but expire a timer.
 */
const SHORTEST_PERIOD = 100;

/**
 * The timers of a SynIC. One that expires sends a message to its SINT, or raises a vector in direct mode.
 * It has one message buffer: while its slot is taken, it waits, and does not expire again.
 */
export class SynicTimers implements Handler {
  /** Bits of the timers that run, and of those that have expired and wait for their slot. */
  armed = 0;
  due = 0;
  #host: HostMemory;
  #synic: Synic;
  #engine: Engine;
  #words = new Uint32Array(TIMERS * WORDS);
  /** When each expires, in ticks. */
  #expiration = new Float64Array(TIMERS);
  /** Made when first needed: one for a single expiration, and one in the background for periods. */
  #once: (Timer | undefined)[] = new Array(TIMERS).fill(undefined);
  #periodic: (Timer | undefined)[] = new Array(TIMERS).fill(undefined);

  constructor(host: HostMemory, synic: Synic) {
    this.#host = host;
    this.#synic = synic;
    this.#engine = synic.processor.lp.engine;
  }

  /** Register `index` counts configuration and count of each timer in turn. */
  read(index: number, half: 0 | 1): number {
    return this.#words[2 * index + half];
  }

  write(index: number, low: number, high: number, at: number): void {
    const timer = index >>> 1;
    const config = timer * WORDS;
    this.#words[2 * index] = low;
    this.#words[2 * index + 1] = high;
    if ((index & 1) === 1) {
      if (low === 0 && high === 0) this.#words[config] &= ~TIMER_ENABLED;
      else if ((this.#words[config] & TIMER_AUTO_ENABLE) !== 0)
        this.#words[config] |= TIMER_ENABLED;
    }
    // A message for SINT 0 could not be told from an intercept.
    if (!this.#isDirect(timer) && this.#sintOf(timer) === 0) this.#words[config] &= ~TIMER_ENABLED;
    this.#start(timer, at);
  }

  /** Called by the engine when a timer's time has come. */
  handle(): void {
    this.look(this.#engine.now);
  }

  /** Finds what has expired by `at`, and sends what is due where there is room for it. */
  look(at: number): void {
    for (let timer = 0; timer < TIMERS; timer++) {
      const bit = 1 << timer;
      if ((this.armed & bit) !== 0 && this.#expiration[timer] * REFERENCE_TICK <= at) {
        this.#disarm(timer);
        this.due |= bit;
      }
      if ((this.due & bit) !== 0 && this.#send(timer, at)) this.#restart(timer, at);
    }
  }

  #disarm(timer: number): void {
    this.armed &= ~(1 << timer);
    this.#once[timer]?.cancel();
    this.#periodic[timer]?.cancel();
  }

  #isDirect(timer: number): boolean {
    return (this.#words[timer * WORDS] & TIMER_DIRECT) !== 0;
  }

  #sintOf(timer: number): number {
    return (this.#words[timer * WORDS] >>> TIMER_SINT_SHIFT) % SINTS;
  }

  #count(timer: number): number {
    return this.#words[timer * WORDS + 2] + this.#words[timer * WORDS + 3] * WORD;
  }

  #start(timer: number, at: number): void {
    this.#disarm(timer);
    this.due &= ~(1 << timer);
    const config = this.#words[timer * WORDS];
    const count = this.#count(timer);
    if ((config & TIMER_ENABLED) === 0 || count === 0) return;
    const now = Math.floor(at / REFERENCE_TICK);
    const period = Math.max(count, SHORTEST_PERIOD);
    const expiration = (config & TIMER_PERIODIC) !== 0 ? now + period : count;
    this.#schedule(timer, expiration);
  }

  #schedule(timer: number, expiration: number): void {
    this.#expiration[timer] = expiration;
    this.armed |= 1 << timer;
    const time = Math.max(expiration * REFERENCE_TICK, this.#engine.now);
    if (time <= Number.MAX_SAFE_INTEGER) this.#engineTimer(timer).schedule(time);
  }

  #engineTimer(timer: number): Timer {
    const periodic = (this.#words[timer * WORDS] & TIMER_PERIODIC) !== 0;
    const timers = periodic ? this.#periodic : this.#once;
    timers[timer] ??= this.#engine.timer(this, timer, periodic);
    return timers[timer];
  }

  /** @returns whether it is sent: not while its slot is taken, or a message waits for that */
  #send(timer: number, at: number): boolean {
    const synic = this.#synic;
    if (this.#isDirect(timer)) {
      const vector = (this.#words[timer * WORDS] >>> TIMER_VECTOR_SHIFT) & 0xff;
      synic.sink.raise(vector, false, at);
      return true;
    }
    const { messages } = synic;
    if (!synic.messagesEnabled) return false;
    const sint = this.#sintOf(timer);
    if (!messages.isFree(sint) || messages.waitsOn(sint)) {
      messages.markPending(sint);
      return false;
    }
    this.#writeMessage(messages.slot(sint), timer, at);
    synic.raise(sint, at);
    return true;
  }

  /** Header, then timer index, expiration and delivery in ticks (hv_timer_message_payload). */
  #writeMessage(slot: number, timer: number, at: number): void {
    const { bytes, u32 } = this.#host;
    bytes.fill(0, slot, slot + MESSAGE_SIZE);
    const payload = slot + MESSAGE_HEADER_SIZE;
    const expiration = this.#expiration[timer];
    const delivery = Math.floor(at / REFERENCE_TICK);
    u32[slot >>> 2] = MESSAGE_TIMER_EXPIRED;
    u32[(slot + MESSAGE_HEADER.at.payload_size) >>> 2] = TIMER_MESSAGE_PAYLOAD.size;
    u32[(payload + PAYLOAD.timer_index) >>> 2] = timer;
    put64(u32, payload + PAYLOAD.expiration_time, expiration);
    put64(u32, payload + PAYLOAD.delivery_time, delivery);
  }

  /** A single expiration turns the timer off; a period goes on from now where it fell behind. */
  #restart(timer: number, at: number): void {
    this.due &= ~(1 << timer);
    const config = timer * WORDS;
    if ((this.#words[config] & TIMER_PERIODIC) === 0) {
      this.#words[config] &= ~TIMER_ENABLED;
      return;
    }
    const period = Math.max(this.#count(timer), SHORTEST_PERIOD);
    const now = Math.floor(at / REFERENCE_TICK);
    this.#schedule(timer, Math.max(this.#expiration[timer] + period, now + 1));
  }
}

function put64(words: Uint32Array, at: number, value: number): void {
  words[at >>> 2] = value % WORD;
  words[(at >>> 2) + 1] = Math.floor(value / WORD);
}
