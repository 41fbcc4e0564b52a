import type { Engine, Handler, Timer } from '../engine/engine.ts';
import { hexOf } from '../engine/hex.ts';
import type { HostMemory } from '../memory/host-memory.ts';
import { MIN_FRAME, VLAN_TAG_BYTES, WIRE_OVERHEAD } from '../net/frame.ts';
import { type Ledger, SERIALISATION, WIRE } from '../partition/ledger.ts';

/** The word of a buffer that the trace's hash takes in: of a UDP frame, its length and checksum. */
const MIXED_WORD = 40;

/** Who gets what comes off a link. The bytes stay where they are until it returns. */
export interface FrameReceiver {
  receive(address: number, length: number): void;
}

/** What a link is. */
export interface LinkOptions {
  bitsPerSecond: number;
  /** From the end of a frame to its arrival, in picoseconds. */
  delay: number;
  /** Frames that can be under way, a power of two. */
  slots: number;
  maxFrame: number;
  /** What the trace calls it. */
  name?: string;
}

/**
 * One direction of a link: a serialiser at a fixed rate with preamble, FCS and gap, then a delay. When a
 * frame ends is computed, never ticked. Frames in flight lie in a ring of buffers in the simulator's
 * part of host memory, which no table maps.
 */
export class Link implements Handler {
  /** When the serialiser is free again, in picoseconds. */
  busyUntil = 0;
  /** Picoseconds for which it was busy, for utilisation. */
  busy = 0;
  frames = 0;
  receiver: FrameReceiver | undefined;
  /** Longest frame without FCS and without VLAN tag that it takes; a tag may make it longer. */
  readonly maxFrame: number;
  #engine: Engine;
  #host: HostMemory;
  #ledger: Ledger;
  #base: number;
  #stride: number;
  #delay: number;
  #bitsPerSecond = 0;
  #picosecondsPerByte = 0;
  #name: string;
  #lengths: Int32Array;
  #arrivals: Float64Array;
  /** When each frame could have started at the earliest, and when its last bit is out. */
  #ready: Float64Array;
  #ends: Float64Array;
  #pausedUntil = 0;
  #head = 0;
  #tail = 0;
  #timer: Timer;

  constructor(engine: Engine, host: HostMemory, ledger: Ledger, options: LinkOptions) {
    this.#engine = engine;
    this.#host = host;
    this.#ledger = ledger;
    this.#name = options.name ?? 'line';
    this.setRate(options.bitsPerSecond);
    this.maxFrame = Math.max(options.maxFrame, MIN_FRAME);
    this.#delay = options.delay;
    this.#stride = (options.maxFrame + VLAN_TAG_BYTES + 2 + 63) & ~63;
    this.#base = host.allocate(this.#stride * options.slots);
    this.#lengths = new Int32Array(options.slots);
    this.#arrivals = new Float64Array(options.slots);
    this.#ready = new Float64Array(options.slots);
    this.#ends = new Float64Array(options.slots);
    this.#timer = engine.timer(this);
  }

  get bitsPerSecond(): number {
    return this.#bitsPerSecond;
  }

  /**
   * The rate from now on, bits a second. A frame that the serialiser has begun keeps its rate. The pause
   * in which two real stations agree on a new rate is not modelled.
   */
  setRate(bitsPerSecond: number): void {
    this.#bitsPerSecond = bitsPerSecond;
    this.#picosecondsPerByte = 8e12 / bitsPerSecond;
  }

  /** Where the next frame's bytes go (aligned so that the IP header is); -1 while every buffer is taken. */
  claim(): number {
    const slots = this.#lengths.length;
    if (this.#tail - this.#head === slots) return -1;
    return this.#base + (this.#tail & (slots - 1)) * this.#stride + 2;
  }

  /** Sends the `length` bytes at the claimed address, from `at` on. Short frames are padded with zeros. */
  send(length: number, at: number): void {
    const padded = length < MIN_FRAME ? MIN_FRAME : length;
    const slot = this.#tail++ & (this.#lengths.length - 1);
    if (padded > length) {
      const start = this.#base + slot * this.#stride + 2;
      this.#host.bytes.fill(0, start + length, start + padded);
    }
    const time = Math.round((padded + WIRE_OVERHEAD) * this.#picosecondsPerByte);
    const start = at > this.busyUntil ? at : this.busyUntil;
    this.busyUntil = start + time;
    this.busy += time;
    this.frames++;
    this.#ledger.charge(WIRE, SERIALISATION, 0);
    this.#engine.trace.mix(this.#host.read32(this.#base + slot * this.#stride + MIXED_WORD));
    if (this.#engine.trace.recording) this.#record(slot, padded, start);
    this.#lengths[slot] = padded;
    this.#ready[slot] = at;
    this.#ends[slot] = this.busyUntil;
    this.#arrivals[slot] = this.busyUntil + this.#delay;
    if (!this.#timer.pending) this.#timer.schedule(this.#arrivals[slot]);
  }

  /**
   * Starts no frame before `until`, but ends the one that has begun; the present or earlier lets the frames
   * that wait go at once. Frames keep the time they take; the trace keeps when they were to start.
   */
  pause(until: number): void {
    const { now } = this.#engine;
    const mask = this.#lengths.length - 1;
    this.#pausedUntil = Math.max(until, now);
    let free = now;
    let held = false;
    for (let i = this.#head; i !== this.#tail; i++) {
      const slot = i & mask;
      const before = i === this.#head ? 0 : this.#ends[(i - 1) & mask];
      const time = Math.round((this.#lengths[slot] + WIRE_OVERHEAD) * this.#picosecondsPerByte);
      held ||= this.#ends[slot] - time > now;
      if (held) {
        const start = Math.max(this.#ready[slot], free, before, this.#pausedUntil);
        this.#ends[slot] = start + time;
        this.#arrivals[slot] = this.#ends[slot] + this.#delay;
      }
      free = Math.max(free, this.#ends[slot]);
    }
    this.busyUntil = Math.max(free, this.#pausedUntil);
    if (this.#head !== this.#tail) this.#timer.schedule(this.#arrivals[this.#head & mask]);
  }

  #record(slot: number, length: number, start: number): void {
    const at = this.#base + slot * this.#stride + 2;
    const bytes = hexOf(this.#host.bytes, at, length);
    const detail = `${length} bytes, 24 more for preamble, FCS and gap`;
    const { trace } = this.#engine;
    trace.step(WIRE, SERIALISATION, start, this.busyUntil, detail, bytes, this.#name);
  }

  /** The oldest frame has arrived. */
  handle(): void {
    const slot = this.#head & (this.#lengths.length - 1);
    this.receiver?.receive(this.#base + slot * this.#stride + 2, this.#lengths[slot]);
    this.#head++;
    // A receiver that paused the link has set the timer to the frame that was still its own.
    if (this.#head === this.#tail) this.#timer.cancel();
    else this.#timer.schedule(this.#arrivals[this.#head & (this.#lengths.length - 1)]);
  }
}
