import { type HostMemory, PAGE_SIZE } from '../memory/host-memory.ts';
import { SIGNALLED, VECTORS } from './pending-interrupts.ts';
import { SynicEvents } from './synic-events.ts';
import { type MessageBuffer, SynicMessages } from './synic-messages.ts';
import {
  ENABLE,
  FIRST_VECTOR,
  LOWEST_SINT_VECTOR,
  MSR_EOM,
  MSR_SCONTROL,
  MSR_SIEFP,
  MSR_SIMP,
  MSR_SINT0,
  MSR_STIMER0_CONFIG,
  MSR_SVERSION,
  SINT_AUTO_EOI,
  SINT_MASKED,
  SINT_POLLING,
  SINTS,
  TIMERS,
} from './synic-spec.ts';
import { SynicTimers } from './synic-timers.ts';
import type { VirtualProcessor } from './virtual-processor.ts';

const WORD = 4294967296;
/** SCONTROL, SIEFP and SIMP lie in the first places of the registers' words, SINTs behind them. */
const SCONTROL = 0;
const SIEFP = 2;
const SIMP = 4;
const SINT0 = 6;

/** A guest-physical address space that the hypervisor can lay a page of its own over. */
export interface OverlaySpace {
  /** Guest page `page` shows the host page at `address` from now on. */
  cover(page: number, address: number): void;
  /** What was under it shows again. */
  uncover(page: number, address: number): void;
}

/** Where interrupts go: vectors as the local APIC numbers them. */
export interface InterruptSink {
  raise(vector: number, autoEoi: boolean, at: number): void;
}

/**
 * The synthetic interrupt controller of one virtual processor. Messages lie in the slots of its SIM page,
 * event flags in its SIEF page. Both pages are the hypervisor's and lie over the guest pages that the
 * guest asks for, so moving one carries its contents. For a root partition, whose addresses are those of
 * the host, they have a fixed place.
 *
 * Not here: the as-intercept and proxy bits of a SINT, which are kept and do nothing.
 */
export class Synic {
  readonly processor: VirtualProcessor;
  readonly messages: SynicMessages;
  readonly events: SynicEvents;
  readonly timers: SynicTimers;
  /** Where its interrupts go: its processor, unless someone else wants them. */
  sink: InterruptSink;
  #overlays: OverlaySpace | undefined;
  /** 64-bit registers as two words each, low word first. */
  #registers = new Uint32Array(SINT0 + 2 * SINTS);

  constructor(host: HostMemory, processor: VirtualProcessor, overlays?: OverlaySpace) {
    this.processor = processor;
    this.#overlays = overlays;
    const page = host.allocate(2 * PAGE_SIZE);
    this.messages = new SynicMessages(host, this, page);
    this.events = new SynicEvents(host, page + PAGE_SIZE);
    this.timers = new SynicTimers(host, this);
    this.sink = new ProcessorVectors(processor);
    for (let sint = 0; sint < SINTS; sint++) this.#registers[SINT0 + 2 * sint] = SINT_MASKED;
    processor.synic = this;
  }

  /** Host address of the SIM page. */
  get messagePage(): number {
    return this.messages.page;
  }

  /** Host address of the SIEF page. */
  get eventPage(): number {
    return this.events.page;
  }

  /** Whether messages can reach their slots. */
  get messagesEnabled(): boolean {
    return (this.#registers[SCONTROL] & this.#registers[SIMP] & ENABLE) !== 0;
  }

  /** Host address of the slot of `sint`. */
  slot(sint: number): number {
    return this.messages.slot(sint);
  }

  /** Messages that wait for the slot of `sint`. */
  queuedOn(sint: number): number {
    return this.messages.queuedOn(sint);
  }

  isMasked(sint: number): boolean {
    return (this.#registers[SINT0 + 2 * sint] & SINT_MASKED) !== 0;
  }

  /**
   * Writes a synthetic MSR; a value is a Number, exact to 53 bits. See `writeWords` for all 64.
   * @returns false where the processor would raise #GP
   */
  writeMsr(msr: number, value: number, at: number): boolean {
    return this.writeWords(msr, value % WORD, Math.floor(value / WORD), at);
  }

  /** @returns false where the processor would raise #GP: nothing has changed then */
  writeWords(msr: number, low: number, high: number, at: number): boolean {
    const timer = msr - MSR_STIMER0_CONFIG;
    if (timer >= 0 && timer < 2 * TIMERS) {
      this.timers.write(timer, low, high, at);
      return true;
    }
    const place = placeOf(msr);
    if (place < 0) {
      if (msr !== MSR_EOM) return false;
    } else if (!this.#writeRegister(place, low, high)) return false;
    this.scan(at);
    return true;
  }

  /** Reads a synthetic MSR; -1 where the processor would raise #GP. Exact to 53 bits. */
  readMsr(msr: number): number {
    const low = this.readWord(msr, 0);
    return low < 0 ? -1 : low + this.readWord(msr, 1) * WORD;
  }

  /** The low (0) or the high (1) word of an MSR; -1 where the processor would raise #GP. */
  readWord(msr: number, half: 0 | 1): number {
    const timer = msr - MSR_STIMER0_CONFIG;
    if (timer >= 0 && timer < 2 * TIMERS) return this.timers.read(timer, half);
    if (msr === MSR_SVERSION) return half === 0 ? 1 : 0;
    if (msr === MSR_EOM) return 0;
    const place = placeOf(msr);
    return place < 0 ? -1 : this.#registers[place + half];
  }

  /** Sends `message` to `sint` at `at`: into the slot when that is empty, else behind the others. */
  post(sint: number, message: MessageBuffer, at: number): void {
    if (!(sint >= 0 && sint < SINTS)) return;
    this.messages.post(sint, message, at);
  }

  /**
   * Sets an event flag, with an interrupt if it was clear. A masked SINT takes none, nor does a SynIC
   * that is off, or has no SIEF page.
   * @returns whether the flag was set now
   */
  signal(sint: number, flag: number, at: number): boolean {
    const registers = this.#registers;
    if (!(sint >= 0 && sint < SINTS)) return false;
    if ((registers[SCONTROL] & registers[SIEFP] & ENABLE) === 0) return false;
    if ((registers[SINT0 + 2 * sint] & SINT_MASKED) !== 0) return false;
    if (!this.events.set(sint, flag)) return false;
    this.raise(sint, at);
    return true;
  }

  /** Looks at every queue again: after a write to EOM, at an end of interrupt, after a change. */
  scan(at: number): void {
    if (this.messages.waiting > 0) this.messages.scan(at);
    if ((this.timers.armed | this.timers.due) !== 0) this.timers.look(at);
  }

  /** An edge on the SINT's vector; a masked one loses it, a polled one has none. */
  raise(sint: number, at: number): void {
    const register = this.#registers[SINT0 + 2 * sint];
    if ((register & (SINT_MASKED | SINT_POLLING)) !== 0) return;
    this.sink.raise(register & 0xff, (register & SINT_AUTO_EOI) !== 0, at);
  }

  #writeRegister(place: number, low: number, high: number): boolean {
    if (place >= SINT0) {
      if ((low & SINT_MASKED) === 0 && (low & 0xff) < LOWEST_SINT_VECTOR) return false;
    } else if (place !== SCONTROL) {
      this.#moveOverlay(place, low, high);
    }
    this.#registers[place] = low;
    this.#registers[place + 1] = high;
    return true;
  }

  #moveOverlay(place: number, low: number, high: number): void {
    const overlays = this.#overlays;
    if (overlays === undefined) return;
    const address = place === SIMP ? this.messages.page : this.events.page;
    const registers = this.#registers;
    if ((registers[place] & ENABLE) !== 0)
      overlays.uncover(pageOf(registers[place], registers[place + 1]), address);
    if ((low & ENABLE) !== 0) overlays.cover(pageOf(low, high), address);
  }
}

/** Vectors of a processor of this machine; those it does not have are lost. */
class ProcessorVectors implements InterruptSink {
  #processor: VirtualProcessor;

  constructor(processor: VirtualProcessor) {
    this.#processor = processor;
  }

  raise(vector: number, autoEoi: boolean, at: number): void {
    const own = vector - FIRST_VECTOR;
    if (own >= 0 && own < VECTORS) this.#processor.interrupt(own, at, SIGNALLED, autoEoi);
  }
}

/** Where an MSR that is a plain register lies among the words; -1 for any other. */
function placeOf(msr: number): number {
  if (msr === MSR_SCONTROL) return SCONTROL;
  if (msr === MSR_SIEFP) return SIEFP;
  if (msr === MSR_SIMP) return SIMP;
  const sint = msr - MSR_SINT0;
  return sint >= 0 && sint < SINTS ? SINT0 + 2 * sint : -1;
}

/** Bits 63:12 of a register: a page number. */
function pageOf(low: number, high: number): number {
  return (low >>> 12) + high * 1048576;
}
