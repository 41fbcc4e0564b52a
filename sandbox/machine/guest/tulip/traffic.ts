import {
  ABNORMAL_SUMMARY,
  CSR1_TRANSMIT_POLL,
  CSR2_RECEIVE_POLL,
  CSR5_STATUS,
  CSR7_INTERRUPT_ENABLE,
  CSR8_MISSED_FRAMES,
  CSR11_TIMER,
  DESCRIPTOR_SIZE,
  FATAL_BUS_ERROR,
  FCS_SIZE,
  MAX_FRAME,
  NORMAL_SUMMARY,
  RDES0_ERROR,
  RDES0_FIRST,
  RDES0_LAST,
  RDES0_TOO_LONG,
  RECEIVE_INTERRUPT,
  RECEIVE_STOPPED,
  RECEIVE_UNAVAILABLE,
  STATUS_CLEARABLE,
  STORE_AND_FORWARD,
  TDES1_FIRST,
  TDES1_INTERRUPT,
  TDES1_LAST,
  TIMER_EXPIRED,
  TRANSMIT_JABBER,
  TRANSMIT_STOPPED,
  TRANSMIT_UNDERFLOW,
} from '../../devices/dec21140/spec.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import { ETHERNET_HEADER } from '../../net/frame.ts';
import { DRIVER } from '../../partition/ledger.ts';
import type {
  GuestCode,
  InterruptService,
  VirtualProcessor,
} from '../../partition/virtual-processor.ts';
import type { StackEntry } from '../net-device.ts';
import { TulipMedia } from './media.ts';
import { INTERRUPTS, STORM_TICKS } from './registers.ts';
import { ReceiveRing, RX_ENTRIES, TransmitRing, TX_ENTRIES } from './rings.ts';

/** Frames that one turn of polling takes before other work gets its turn. */
const POLL_BUDGET = 16;
/** Turns of the interrupt handler's loop beyond which it is a storm. */
const STORM_TURNS = 25;
const SUMMARIES = NORMAL_SUMMARY | ABNORMAL_SUMMARY;
const RECEIVE_EVENTS = RECEIVE_INTERRUPT | RECEIVE_UNAVAILABLE;
/** A process that stopped by itself, or can no longer go on. */
const TROUBLE =
  TRANSMIT_STOPPED | TRANSMIT_JABBER | TRANSMIT_UNDERFLOW | RECEIVE_STOPPED | FATAL_BUS_ERROR;

/** What the driver counts. */
export interface TulipStatistics {
  /** Frames that the chip says it sent, and frames handed to the stack. */
  sent: number;
  received: number;
  /** Frames with an error in their descriptor. */
  transmitErrors: number;
  receiveErrors: number;
  /** Frames received that are longer than the driver's longest: dropped. */
  oversize: number;
  /** Frames that the chip had no buffer for, by its own count. */
  missed: number;
  /** Frames of the stack that were never sent: the adapter was closed or set up anew. */
  dropped: number;
  /** Times that interrupts did not end and were masked for a while. */
  storms: number;
  /** Times that the chip had to be set up anew. */
  resets: number;
}

/** Frames in both directions, and the interrupts that go with them. */
export abstract class TulipTraffic extends TulipMedia implements InterruptService {
  readonly maxFrame = MAX_FRAME;
  readonly statistics: TulipStatistics = {
    sent: 0,
    received: 0,
    transmitErrors: 0,
    receiveErrors: 0,
    oversize: 0,
    missed: 0,
    dropped: 0,
    storms: 0,
    resets: 0,
  };
  stack: StackEntry | undefined;
  /** Interrupts that are enabled while nothing is masked: what CSR7 is given. */
  protected readonly interrupts: number = INTERRUPTS;
  protected rx: ReceiveRing;
  protected tx: TransmitRing;
  #polling = false;
  #pollAgain = false;
  #recovering = false;

  constructor(memory: GuestMemory, processor: VirtualProcessor) {
    super(memory, processor);
    const rings = memory.allocate((RX_ENTRIES + TX_ENTRIES) * DESCRIPTOR_SIZE);
    this.rx = new ReceiveRing(memory, rings, RX_ENTRIES);
    this.tx = new TransmitRing(memory, rings + RX_ENTRIES * DESCRIPTOR_SIZE, TX_ENTRIES);
  }

  /** Whether frames may flow. */
  abstract get running(): boolean;
  /** Descriptors came free. */
  protected abstract reclaimed(): void;
  /** Sets the chip up anew, as at opening. */
  protected abstract reset(): GuestCode;

  /** Transmit descriptors that are not in use. */
  get freeDescriptors(): number {
    return this.tx.free;
  }

  interrupt(): GuestCode {
    this.processor.apicAccess();
    return this.handleInterrupt();
  }

  /**
   * One frame of the stack: fills a descriptor and demands a poll. `more` says that the stack has
   * another frame ready behind this one.
   */
  protected *transmit(length: number, _more: boolean): GuestCode {
    this.fillDescriptor(length);
    yield* this.out(CSR1_TRANSMIT_POLL, 0);
  }

  /**
   * Fills the claimed buffer's descriptor and gives it to the chip. Asks for an interrupt when half of
   * the ring is in use. @returns the descriptor's guest-physical address
   */
  protected fillDescriptor(length: number): number {
    const { processor, tx } = this;
    processor.charge(processor.kernel, DRIVER, processor.lp.costs.nicDriver);
    const half = tx.free === TX_ENTRIES / 2 ? TDES1_INTERRUPT : 0;
    return tx.add(length | TDES1_FIRST | TDES1_LAST | half, tx.buffer, true);
  }

  /**
   * The interrupt handler: what happened, acknowledge, reclaim, until nothing is left. Receiving is
   * left to polling, with its interrupts masked until that is done.
   */
  protected *handleInterrupt(): GuestCode {
    let status = yield* this.in(CSR5_STATUS);
    for (let turns = 1; (status & SUMMARIES) !== 0; turns++) {
      if (turns > STORM_TURNS) return yield* this.maskStorm();
      const received = (status & RECEIVE_EVENTS) !== 0;
      if (received) {
        yield* this.out(CSR7_INTERRUPT_ENABLE, this.interrupts & ~RECEIVE_EVENTS);
        this.startPolling();
      }
      yield* this.out(CSR5_STATUS, status & STATUS_CLEARABLE & ~(received ? RECEIVE_EVENTS : 0));
      this.reclaim();
      if ((status & ABNORMAL_SUMMARY) !== 0) this.recover(status);
      if ((status & TIMER_EXPIRED) !== 0) yield* this.out(CSR7_INTERRUPT_ENABLE, this.interrupts);
      status = yield* this.in(CSR5_STATUS);
      if (received) break;
    }
    this.countMissed(yield* this.in(CSR8_MISSED_FRAMES));
  }

  /** Has `poll` run once the code under way has ended; asked for again meanwhile, it runs again. */
  protected startPolling(): void {
    this.#pollAgain = this.#polling;
    if (this.#polling) return;
    this.#polling = true;
    this.processor.start(this.poll(), this.processor.local);
  }

  /**
   * Polled receive with the receive interrupts masked: takes frames until none is left, or its budget
   * is, and then comes again behind other work. Takes the mask off when nothing is left.
   */
  protected *poll(): GuestCode {
    let budget = POLL_BUDGET;
    let status = yield* this.in(CSR5_STATUS);
    do {
      yield* this.out(CSR5_STATUS, RECEIVE_EVENTS);
      let taken = 0;
      for (; taken < budget && this.takeFrame(); taken++) this.refill();
      // A turn for nothing counts too: a chip that always promises frames may not keep the processor.
      budget -= Math.max(1, taken);
      if ((status & RECEIVE_UNAVAILABLE) !== 0) yield* this.out(CSR2_RECEIVE_POLL, 0);
      if (budget === 0) {
        this.enqueue(() => this.#pollOn());
        return;
      }
      status = yield* this.in(CSR5_STATUS);
    } while ((status & RECEIVE_EVENTS) !== 0);
    if (this.running) yield* this.out(CSR7_INTERRUPT_ENABLE, this.interrupts);
    this.#polling = false;
    if (this.#pollAgain) this.startPolling();
  }

  /** Takes back the descriptors that the chip is done with, and tells the stack of the room. */
  protected reclaim(): void {
    if (this.tx.reclaim(this.#count) > 0) this.reclaimed();
  }

  /**
   * Hands the next received frame to the stack, if there is one; one with an error, or one that is too
   * long, is counted and dropped. Its buffer stays the driver's until `refill`.
   */
  protected takeFrame(): boolean {
    const { processor, rx, statistics } = this;
    const { status } = rx;
    if (status === -1) return false;
    processor.charge(processor.kernel, DRIVER, processor.lp.costs.nicDriver);
    const length = ((status >>> 16) & 0x3fff) - FCS_SIZE;
    const whole = (status & RDES0_FIRST) !== 0 && (status & RDES0_LAST) !== 0;
    if (whole && (status & RDES0_ERROR) === 0 && length >= ETHERNET_HEADER && length <= MAX_FRAME) {
      statistics.received++;
      this.stack?.received(processor, rx.buffer, length);
    } else if ((status & RDES0_LAST) !== 0) {
      if ((status & RDES0_TOO_LONG) !== 0 || length > MAX_FRAME) statistics.oversize++;
      else statistics.receiveErrors++;
    }
    rx.take();
    return true;
  }

  /** Gives the buffers of all frames taken so far back to the chip. */
  protected refill(): void {
    this.rx.refill();
  }

  /** Adds what CSR8 has counted: reading it has cleared it. */
  protected countMissed(csr8: number): void {
    this.statistics.missed += (csr8 & 0xffff) + ((csr8 >>> 17) & 0x7ff);
  }

  /** Interrupts that do not end: masks them until the chip's timer has counted down. */
  protected *maskStorm(): GuestCode {
    this.statistics.storms++;
    yield* this.out(CSR7_INTERRUPT_ENABLE, TIMER_EXPIRED | NORMAL_SUMMARY);
    yield* this.out(CSR11_TIMER, STORM_TICKS);
  }

  /** A process has stopped by itself: it is started again; a bus error needs a reset. */
  protected recover(status: number): void {
    if ((status & TROUBLE) === 0 || this.#recovering || this.stopping || !this.running) return;
    this.#recovering = true;
    const fatal = (status & FATAL_BUS_ERROR) !== 0;
    const more = (status & TRANSMIT_UNDERFLOW) !== 0 ? STORE_AND_FORWARD : 0;
    this.enqueue(() => this.#recover(fatal, more));
  }

  *#recover(fatal: boolean, more: number): GuestCode {
    if (this.running) yield* fatal ? this.reset() : this.restart(more);
    this.#recovering = false;
  }

  /** Polling comes again, unless the adapter was closed meanwhile. */
  *#pollOn(): GuestCode {
    if (this.running) yield* this.poll();
    else this.#polling = false;
  }

  #count = (status: number, frame: boolean): void => {
    if (!frame) return;
    if ((status & RDES0_ERROR) === 0) this.statistics.sent++;
    else this.statistics.transmitErrors++;
  };
}
