import type { Engine, Handler, Timer } from '../../engine/engine.ts';
import { MICROSECOND } from '../../engine/engine.ts';
import { crc32 } from '../../net/crc32.ts';
import { Descriptor } from './descriptor.ts';
import type { Chip } from './device.ts';
import { byteTime, pollingPeriod } from './mode.ts';
import * as spec from './spec.ts';

/** Longest frame that is kept; what is longer is counted for the jabber timer and goes nowhere. */
const KEPT = 4096;
/** DMA that one run may do before it leaves the rest for later: accesses and bytes. */
export const RUN_OPERATIONS = 4096;
export const RUN_BYTES = 262_144;
/** Runs that follow each other as work of the machine; a ring without an end then goes round behind it. */
const WORKING_RUNS = 16;
/** Jabber limits: 2048 to 2560 bytes with JCK, else 26 ms at 10 Mb/s, 2.6 ms at 100 (unverified). */
const JABBER_BYTES_SHORT = 2560;
const JABBER_BYTES = 32_500;
/** How long the transmitter is held after jabber unless HUJ says otherwise: 365 to 420 ms. */
const JABBER_HOLD = 365_000 * MICROSECOND;

const CONTINUE = 0;
const POLL = 1;

/** The transmit process: fetches descriptors it owns, gathers frames, loads setup frames. */
export class TransmitProcess implements Handler {
  /** Bus address of the current descriptor. */
  pointer = 0;
  #chip: Chip;
  #engine: Engine;
  #descriptor = new Descriptor();
  #frame = new Uint8Array(KEPT);
  #setup = new Uint8Array(spec.SETUP_FRAME_SIZE);
  #length = 0;
  /** Between the first and the last descriptor of a frame; bytes outside are not sent (unverified). */
  #inFrame = false;
  /** AC and DPD of the frame's first descriptor. */
  #options = 0;
  #busy = false;
  #runs = 0;
  #heldUntil = 0;
  #later: Timer;
  #behind: Timer;
  #polling: Timer;

  constructor(chip: Chip, engine: Engine) {
    this.#chip = chip;
    this.#engine = engine;
    this.#later = engine.timer(this, CONTINUE);
    this.#behind = engine.timer(this, CONTINUE, true);
    this.#polling = engine.timer(this, POLL, true);
  }

  /** ST was set: goes on at the pointer. */
  start(): void {
    const { status } = this.#chip;
    status.forget(spec.TRANSMIT_STOPPED);
    status.transmitState = spec.STATE_FETCHING;
    this.run();
  }

  /** ST was cleared. What has begun inside an access is complete: it stops at once. */
  stop(): void {
    const { status } = this.#chip;
    if (status.transmitState === spec.STATE_STOPPED) return;
    this.#rest(spec.STATE_STOPPED);
    status.notice(spec.TRANSMIT_STOPPED);
  }

  /** A poll demand, or CSR6 written with ST set: acts only where the process is suspended. */
  poll(): void {
    if (this.#chip.status.transmitState === spec.TRANSMIT_STATE_SUSPENDED) this.run();
  }

  /** A fatal bus error, or a reset. */
  halt(): void {
    this.#rest(spec.STATE_STOPPED);
    this.#heldUntil = 0;
  }

  handle(tag: number): void {
    if (tag === POLL) this.poll();
    else this.run();
  }

  /** Runs until a descriptor is not owned, or its share of DMA is used up. */
  run(): void {
    if (this.#busy) return;
    this.#busy = true;
    const { dma } = this.#chip;
    const operations = dma.operations + RUN_OPERATIONS;
    const bytes = dma.bytes + RUN_BYTES;
    let goesOn = this.#step();
    while (goesOn && dma.operations < operations && dma.bytes < bytes) goesOn = this.#step();
    const stands = this.#chip.status.transmitState === spec.STATE_STOPPED;
    if (goesOn && !stands) this.#continueLater();
    this.#busy = false;
  }

  /** One descriptor. @returns whether there may be another */
  #step(): boolean {
    const { status, dma, bigEndianDescriptors } = this.#chip;
    if (status.transmitState === spec.STATE_STOPPED) return false;
    if (this.#engine.now < this.#heldUntil) {
      status.transmitState = spec.TRANSMIT_STATE_ENDING;
      this.#later.schedule(this.#heldUntil);
      return false;
    }
    if (!dma.ready) {
      status.transmitState = spec.STATE_FETCHING;
      return false;
    }
    const descriptor = this.#descriptor;
    if (!descriptor.fetch(dma, this.pointer, bigEndianDescriptors)) return false;
    if (!descriptor.owned) {
      this.#suspend();
      return false;
    }
    return (descriptor.control & spec.TDES1_SETUP) !== 0 ? this.#loadFilter() : this.#data();
  }

  /** No descriptor: TU at each fetch that fails; in the middle of a frame it is an underflow. */
  #suspend(): void {
    const { status, csr } = this.#chip;
    const sources = this.#inFrame ? spec.TRANSMIT_UNDERFLOW : 0;
    this.#rest(spec.TRANSMIT_STATE_SUSPENDED);
    status.raise(sources | spec.TRANSMIT_UNAVAILABLE);
    const period = pollingPeriod(csr[0], csr[6]);
    if (period > 0) this.#polling.schedule(this.#engine.now + period);
  }

  #rest(state: number): void {
    this.#chip.status.transmitState = state;
    this.#inFrame = false;
    this.#runs = 0;
    this.#later.cancel();
    this.#behind.cancel();
    this.#polling.cancel();
  }

  /** The rest goes on when a full share has had its time on the wire. */
  #continueLater(): void {
    this.#chip.status.transmitState = spec.TRANSMIT_STATE_READING;
    const timer = this.#runs++ < WORKING_RUNS ? this.#later : this.#behind;
    timer.schedule(this.#engine.now + RUN_BYTES * byteTime(this.#chip.csr[6]));
  }

  /**
   * A setup frame: 192 bytes in buffer 1, or, with any other size, nothing that is taken (unverified).
   * Its interrupt bit counts in any case.
   */
  #loadFilter(): boolean {
    const descriptor = this.#descriptor;
    this.#inFrame = false;
    if (descriptor.size1 === spec.SETUP_FRAME_SIZE) {
      const buffer = descriptor.buffer1;
      if (!this.#read(buffer, this.#setup, 0, spec.SETUP_FRAME_SIZE)) return false;
      this.#chip.loadFilter(this.#setup, descriptor.control);
    }
    if (!this.#close(spec.SETUP_DONE)) return false;
    this.#interruptOnCompletion();
    return true;
  }

  #data(): boolean {
    const descriptor = this.#descriptor;
    const { control } = descriptor;
    if ((control & spec.TDES1_FIRST) !== 0) {
      this.#inFrame = true;
      this.#length = 0;
      this.#options = control & (spec.TDES1_NO_CRC | spec.TDES1_NO_PADDING);
    }
    const { size1, size2 } = descriptor;
    if (this.#inFrame) {
      if (!this.#gather(descriptor.buffer1, size1)) return false;
      if (!this.#gather(descriptor.buffer2, size2)) return false;
      if (this.#length > this.#jabberLimit) return this.#jabber();
    }
    const isDummy = (control & (spec.TDES1_FIRST | spec.TDES1_LAST)) === 0 && size1 + size2 === 0;
    // What an empty descriptor is given back as: known from an emulator only (section 4).
    if (!this.#close(isDummy ? spec.SETUP_DONE : 0)) return false;
    if ((control & spec.TDES1_LAST) === 0) return true;
    this.#interruptOnCompletion();
    if (this.#inFrame) this.#send();
    return true;
  }

  #gather(address: number, size: number): boolean {
    const count = Math.min(size, Math.max(0, KEPT - this.#length));
    if (count > 0 && !this.#read(address, this.#frame, this.#length, count)) return false;
    this.#length += size;
    return true;
  }

  #read(address: number, target: Uint8Array, offset: number, length: number): boolean {
    const { dma, bigEndianBuffers } = this.#chip;
    if (bigEndianBuffers) return dma.readSwapped(address, target, offset, length);
    return dma.read(address, target, offset, length);
  }

  get #jabberLimit(): number {
    const watchdog = this.#chip.csr[15];
    if ((watchdog & spec.JABBER_DISABLE) !== 0) return Number.POSITIVE_INFINITY;
    return (watchdog & spec.JABBER_CLOCK) !== 0 ? JABBER_BYTES_SHORT : JABBER_BYTES;
  }

  /** The frame is cut off: the process stops by itself, and the transmitter is held for a while. */
  #jabber(): boolean {
    const { status, csr } = this.#chip;
    if (!this.#close(spec.TDES0_ERROR | spec.TDES0_JABBER)) return false;
    this.#rest(spec.STATE_STOPPED);
    if ((csr[15] & spec.HOST_UNJAB) === 0) this.#heldUntil = this.#engine.now + JABBER_HOLD;
    status.raise(spec.TRANSMIT_JABBER | spec.TRANSMIT_STOPPED);
    return false;
  }

  /** Writes the status back and moves on to the next descriptor. */
  #close(status: number): boolean {
    const { dma, bigEndianDescriptors, csr, descriptorSkip } = this.#chip;
    if (!this.#descriptor.close(dma, status, bigEndianDescriptors)) return false;
    this.pointer = this.#descriptor.next(csr[4], descriptorSkip);
    return true;
  }

  #interruptOnCompletion(): void {
    if ((this.#descriptor.control & spec.TDES1_INTERRUPT) !== 0)
      this.#chip.status.raise(spec.TRANSMIT_INTERRUPT);
  }

  /** The whole frame is here: padded unless DPD, its FCS appended by the link, or by software with AC. */
  #send(): void {
    const frame = this.#frame;
    let length = this.#length;
    this.#inFrame = false;
    if (length === 0 || length > KEPT) return;
    const isShort = length < spec.SHORTEST_FRAME;
    if (isShort && (this.#options & spec.TDES1_NO_PADDING) === 0) {
      frame.fill(0, length, spec.SHORTEST_FRAME);
      length = spec.SHORTEST_FRAME;
    } else if ((this.#options & spec.TDES1_NO_CRC) !== 0) {
      length -= spec.FCS_SIZE;
      if (length <= 0 || !hasFcs(frame, length)) return;
    }
    this.#chip.sent(frame, length);
  }
}

/** Whether the FCS of `length` bytes stands behind them; a link hands on no frame with another one. */
function hasFcs(frame: Uint8Array, length: number): boolean {
  const fcs = ~crc32(frame, 0, length);
  for (let i = 0; i < spec.FCS_SIZE; i++)
    if (frame[length + i] !== ((fcs >>> (8 * i)) & 0xff)) return false;
  return true;
}
