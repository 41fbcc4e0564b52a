import { type HostMemory, PAGE_SIZE } from '../memory/host-memory.ts';
import { MESSAGE_FLAGS, MESSAGE_NONE, MESSAGE_PENDING, MESSAGE_SIZE } from './intercept-message.ts';
import { VECTORS, type VirtualProcessor } from './virtual-processor.ts';

/** SINTs of a SynIC, and with them slots of its SIM page. */
export const SINTS = 16;
/** SINTs with a fixed use: intercepts, and VMBus. */
export const SINT_INTERCEPT = 0;
export const SINT_VMBUS = 2;

/** Synthetic MSRs (TLFS, chapter on the synthetic interrupt controller). */
export const MSR_SCONTROL = 0x40000080;
export const MSR_SVERSION = 0x40000081;
export const MSR_SIMP = 0x40000083;
export const MSR_EOM = 0x40000084;
export const MSR_SINT0 = 0x40000090;

/** A SINT's register: vector in bits 7:0, and these. */
export const SINT_MASKED = 1 << 16;
export const SINT_AUTO_EOI = 1 << 17;
export const SINT_POLLING = 1 << 18;

/**
 * The first vector that is not an exception. Processors of this machine number their vectors from
 * there: vector 0 of a `VirtualProcessor` is 0x20 of the local APIC.
 */
export const FIRST_VECTOR = 0x20;
/** Lowest vector that a SINT can have. */
const LOWEST_SINT_VECTOR = 16;

/**
 * A message on its way: 256 bytes in the hypervisor's memory. Each sender has its own buffers, so what
 * it can have outstanding is bounded: an intercepted processor has one.
 */
export class MessageBuffer {
  /** Host address of its bytes. */
  readonly address: number;
  /** When it was sent, in picoseconds: nobody sees it earlier. */
  at = 0;
  /** The one behind it in the queue of a slot. */
  next: MessageBuffer | undefined;

  constructor(address: number) {
    this.address = address;
  }
}

/**
 * The synthetic interrupt controller of one virtual processor: its message part. Messages of a SINT lie
 * in a slot of the SIM page, one at a time, and behind it in a queue that only the hypervisor sees.
 *
 * Not here: event flags, timers, ports, and the SIM page as an overlay in guest-physical memory. The
 * page has a fixed place in host memory; a root partition's addresses are those of the host.
 */
export class Synic {
  readonly processor: VirtualProcessor;
  /** Host address of the SIM page. */
  readonly messagePage: number;
  #host: HostMemory;
  #control = 0;
  #simp = 0;
  #sints = new Uint32Array(SINTS).fill(SINT_MASKED);
  /** First and last message that wait for each slot. */
  #first: (MessageBuffer | undefined)[] = new Array(SINTS).fill(undefined);
  #last: (MessageBuffer | undefined)[] = new Array(SINTS).fill(undefined);
  #waiting = 0;

  constructor(host: HostMemory, processor: VirtualProcessor) {
    this.#host = host;
    this.processor = processor;
    this.messagePage = host.allocate(PAGE_SIZE);
    processor.synic = this;
  }

  /** Host address of the slot of `sint`. */
  slot(sint: number): number {
    return this.messagePage + sint * MESSAGE_SIZE;
  }

  /** Messages that wait for the slot of `sint`. */
  queuedOn(sint: number): number {
    let count = 0;
    for (let next = this.#first[sint]; next !== undefined; next = next.next) count++;
    return count;
  }

  /**
   * Writes one of the MSRs above; a value is a Number, exact to 52 bits.
   * @returns false where the processor would raise #GP
   */
  writeMsr(msr: number, value: number, at: number): boolean {
    if (msr === MSR_SCONTROL) this.#control = value % 2;
    else if (msr === MSR_SIMP) this.#simp = value;
    else if (msr >= MSR_SINT0 && msr < MSR_SINT0 + SINTS) {
      const low = (value % 4294967296) >>> 0;
      if ((low & SINT_MASKED) === 0 && (low & 0xff) < LOWEST_SINT_VECTOR) return false;
      this.#sints[msr - MSR_SINT0] = low;
    } else if (msr !== MSR_EOM) return false;
    this.scan(at);
    return true;
  }

  /** Reads one of the MSRs above; -1 where the processor would raise #GP. */
  readMsr(msr: number): number {
    if (msr === MSR_SCONTROL) return this.#control;
    if (msr === MSR_SVERSION) return 1;
    if (msr === MSR_SIMP) return this.#simp;
    if (msr === MSR_EOM) return 0;
    const sint = msr - MSR_SINT0;
    return sint >= 0 && sint < SINTS ? this.#sints[sint] : -1;
  }

  /** Sends `message` to `sint` at `at`: into the slot when that is empty, else behind the others. */
  post(sint: number, message: MessageBuffer, at: number): void {
    message.at = at;
    message.next = undefined;
    const last = this.#last[sint];
    if (last === undefined) this.#first[sint] = message;
    else last.next = message;
    this.#last[sint] = message;
    this.#waiting++;
    this.#deliver(sint, at);
  }

  /** Looks at every queue again: after a write to EOM, at an end of interrupt, after a change. */
  scan(at: number): void {
    if (this.#waiting === 0) return;
    for (let sint = 0; sint < SINTS; sint++)
      if (this.#first[sint] !== undefined) this.#deliver(sint, at);
  }

  /** Moves the front message into an empty slot; a full slot learns that more are waiting. */
  #deliver(sint: number, at: number): void {
    if (this.#control === 0 || this.#simp % 2 === 0) return;
    const slot = this.slot(sint);
    const message = this.#first[sint];
    if (message !== undefined && this.#host.u32[slot >>> 2] === MESSAGE_NONE) {
      this.#host.copy(slot, message.address, MESSAGE_SIZE);
      this.#first[sint] = message.next;
      if (message.next === undefined) this.#last[sint] = undefined;
      this.#waiting--;
      this.#interrupt(sint, message.at > at ? message.at : at);
    }
    if (this.#first[sint] !== undefined) this.#host.bytes[slot + MESSAGE_FLAGS] |= MESSAGE_PENDING;
  }

  /** An edge on the SINT's vector; a masked one loses it, a polled one has none. */
  #interrupt(sint: number, at: number): void {
    const register = this.#sints[sint];
    if ((register & (SINT_MASKED | SINT_POLLING)) !== 0) return;
    const vector = (register & 0xff) - FIRST_VECTOR;
    if (vector >= 0 && vector < VECTORS) this.processor.interrupt(vector, at);
  }
}
