import {
  CSR0_BUS_MODE,
  CSR1_TRANSMIT_POLL,
  CSR2_RECEIVE_POLL,
  CSR3_RECEIVE_LIST,
  CSR4_TRANSMIT_LIST,
  CSR5_STATUS,
  CSR6_OPERATION,
  CSR7_INTERRUPT_ENABLE,
  CSR8_MISSED_FRAMES,
  DESCRIPTOR_SIZE,
  END_OF_RING,
  MAX_FRAME,
  OWN,
  RDES0_ERROR,
  RECEIVE_INTERRUPT,
  RECEIVE_UNAVAILABLE,
  SETUP_FRAME_SIZE,
  SOFTWARE_RESET,
  TDES1_FIRST,
  TDES1_INTERRUPT,
  TDES1_LAST,
  TDES1_SETUP,
} from '../devices/dec21140/spec.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { type MacAddress, macBytes } from '../net/frame.ts';
import { DRIVER } from '../partition/ledger.ts';
import type {
  GuestCode,
  InterruptService,
  VirtualProcessor,
} from '../partition/virtual-processor.ts';
import type { NetDevice, StackEntry } from './net-device.ts';

/** Vector of the adapter's interrupt pin. */
export const PIN_VECTOR = 8;
const RX_ENTRIES = 128;
const TX_ENTRIES = 32;
const BUFFER_SIZE = 0x600;
const BUFFER_STRIDE = 2048;
/** What the Linux driver enables (CSR7) and how it runs the chip (CSR6). */
const INTERRUPTS = 0x0001ebef;
const OPERATION = 0x020e2002;
const POLL_BUDGET = 16;

/** Guest code that reads a register: it traps, and is given the value. */
export type PortRead = Generator<undefined, number, number>;

/**
 * The guest's driver of a DEC 21140, in the manner of the Linux tulip driver: rings of 128 and 32
 * descriptors, a setup frame, a poll demand a frame, and receive polling with the interrupt masked.
 *
 * Its code traps at every register access; a subclass can override a step to try another way.
 */
export class TulipDriver implements NetDevice, InterruptService {
  readonly maxFrame = MAX_FRAME;
  readonly memory: GuestMemory;
  readonly processor: VirtualProcessor;
  readonly address: MacAddress;
  stack: StackEntry | undefined;
  #portBase: number;
  #rxRing: number;
  #txRing: number;
  #rxBuffers: number;
  #txBuffers: number;
  #rxNext = 0;
  #txNext = 0;
  #txClean = 0;
  #wanted = false;
  #claimed = false;
  #ready = false;
  #sends: { length: number; more: boolean }[] = [];

  constructor(
    memory: GuestMemory,
    processor: VirtualProcessor,
    portBase: number,
    address: MacAddress,
  ) {
    this.memory = memory;
    this.processor = processor;
    this.#portBase = portBase;
    this.address = address;
    this.#rxRing = memory.allocate((RX_ENTRIES + TX_ENTRIES) * DESCRIPTOR_SIZE);
    this.#txRing = this.#rxRing + RX_ENTRIES * DESCRIPTOR_SIZE;
    this.#rxBuffers = memory.allocate(RX_ENTRIES * BUFFER_STRIDE);
    this.#txBuffers = memory.allocate(TX_ENTRIES * BUFFER_STRIDE);
    processor.install(PIN_VECTOR, this);
  }

  /** Brings the chip up. Called once, when the machine starts. */
  open(): void {
    this.processor.start(this.bringUp(), 0);
  }

  processorOf(): VirtualProcessor {
    return this.processor;
  }

  claim(): number {
    if (!this.#ready || this.#claimed || this.freeDescriptors < 2) {
      this.#wanted = true;
      return -1;
    }
    this.#claimed = true;
    return this.#txBuffers + this.#txNext * BUFFER_STRIDE;
  }

  send(_queue: number, length: number, more: boolean): void {
    this.#sends.push({ length, more });
    this.processor.start(this.#sendNext(), this.processor.local);
  }

  /** Transmit descriptors that are not in use. */
  get freeDescriptors(): number {
    return TX_ENTRIES - 1 - ((this.#txNext - this.#txClean + TX_ENTRIES) % TX_ENTRIES);
  }

  /** Reads CSR at byte offset `register`: a port access of 32 bits that traps. */
  *in(register: number): PortRead {
    const { access } = this.processor;
    access.port = this.#portBase + register;
    access.size = 4;
    access.write = false;
    return (yield) >>> 0;
  }

  /** Writes CSR at byte offset `register`: a port access of 32 bits that traps. */
  *out(register: number, value: number): GuestCode {
    const { access } = this.processor;
    access.port = this.#portBase + register;
    access.size = 4;
    access.write = true;
    access.value = value;
    yield;
  }

  /** Reset, rings, setup frame, start, interrupts. */
  protected *bringUp(): GuestCode {
    yield* this.out(CSR0_BUS_MODE, SOFTWARE_RESET);
    yield* this.out(CSR0_BUS_MODE, 0x01a08000);
    this.#prepareRings();
    yield* this.out(CSR3_RECEIVE_LIST, this.#rxRing);
    yield* this.out(CSR4_TRANSMIT_LIST, this.#txRing);
    this.#prepareSetupFrame();
    yield* this.out(CSR6_OPERATION, 0x020e2000);
    yield* this.out(CSR5_STATUS, INTERRUPTS);
    yield* this.out(CSR7_INTERRUPT_ENABLE, INTERRUPTS);
    yield* this.out(CSR6_OPERATION, OPERATION);
    yield* this.out(CSR2_RECEIVE_POLL, 0);
    this.#reclaim();
    this.#ready = true;
    this.stack?.room(this.processor, 0);
  }

  /**
   * One frame of the stack: fills a descriptor and demands a poll. `more` says that the stack has
   * another frame ready behind this one.
   */
  protected *transmit(length: number, _more: boolean): GuestCode {
    this.fillDescriptor(length);
    yield* this.out(CSR1_TRANSMIT_POLL, 0);
  }

  /** The interrupt handler: what happened, acknowledge, reclaim, until nothing is left. */
  protected *handleInterrupt(): GuestCode {
    this.processor.apicAccess();
    let status = yield* this.in(CSR5_STATUS);
    while ((status & INTERRUPTS & 0x18000) !== 0) {
      const received = (status & (RECEIVE_INTERRUPT | RECEIVE_UNAVAILABLE)) !== 0;
      if (received) {
        yield* this.out(
          CSR7_INTERRUPT_ENABLE,
          INTERRUPTS & ~(RECEIVE_INTERRUPT | RECEIVE_UNAVAILABLE),
        );
        this.processor.start(this.poll(), this.processor.local);
      }
      yield* this.out(CSR5_STATUS, status & 0x0001ffff & ~(received ? 0xc0 : 0));
      this.#reclaim();
      status = yield* this.in(CSR5_STATUS);
      if (received) status &= ~0x18000;
    }
    yield* this.in(CSR8_MISSED_FRAMES);
  }

  /**
   * Polled receive with the receive interrupts masked: takes frames until none is left, or its budget
   * is, and then comes again behind other work. Takes the mask off when nothing is left.
   */
  protected *poll(): GuestCode {
    let budget = POLL_BUDGET;
    yield* this.in(CSR5_STATUS);
    for (;;) {
      yield* this.out(CSR5_STATUS, RECEIVE_INTERRUPT | RECEIVE_UNAVAILABLE);
      while (this.#takeFrame())
        if (--budget === 0) {
          this.processor.start(this.poll(), this.processor.local);
          return;
        }
      const status = yield* this.in(CSR5_STATUS);
      if ((status & (RECEIVE_INTERRUPT | RECEIVE_UNAVAILABLE)) === 0) break;
    }
    yield* this.out(CSR7_INTERRUPT_ENABLE, INTERRUPTS);
  }

  interrupt(): GuestCode {
    return this.handleInterrupt();
  }

  /** Fills the claimed buffer's descriptor and gives it to the chip. Words 1 to 3 first, then OWN. */
  protected fillDescriptor(length: number): void {
    const { memory, processor } = this;
    processor.charge(processor.kernel, DRIVER, processor.lp.costs.nicDriver);
    const at = this.#txRing + this.#txNext * DESCRIPTOR_SIZE;
    const half = this.freeDescriptors === TX_ENTRIES / 2 ? TDES1_INTERRUPT : 0;
    const end = this.#txNext === TX_ENTRIES - 1 ? END_OF_RING : 0;
    memory.write32(at + 8, this.#txBuffers + this.#txNext * BUFFER_STRIDE);
    memory.write32(at + 12, 0);
    memory.write32(at + 4, length | TDES1_FIRST | TDES1_LAST | half | end);
    memory.write32(at, OWN);
    this.#txNext = (this.#txNext + 1) % TX_ENTRIES;
  }

  *#sendNext(): GuestCode {
    const next = this.#sends.shift();
    if (next === undefined) return;
    yield* this.transmit(next.length, next.more);
    this.#claimed = false;
    this.#tellRoom();
  }

  #tellRoom(): void {
    if (!this.#wanted || this.#claimed || this.freeDescriptors < 2) return;
    this.#wanted = false;
    this.stack?.room(this.processor, 0);
  }

  #reclaim(): void {
    while (this.#txClean !== this.#txNext) {
      const at = this.#txRing + this.#txClean * DESCRIPTOR_SIZE;
      if ((this.memory.read32(at) & OWN) !== 0) break;
      this.#txClean = (this.#txClean + 1) % TX_ENTRIES;
    }
    this.#tellRoom();
  }

  /** Hands the next received frame to the stack and its descriptor back to the chip. */
  #takeFrame(): boolean {
    const { memory, processor } = this;
    const at = this.#rxRing + this.#rxNext * DESCRIPTOR_SIZE;
    const status = memory.read32(at);
    if ((status & OWN) !== 0) return false;
    processor.charge(processor.kernel, DRIVER, processor.lp.costs.nicDriver);
    const length = ((status >>> 16) & 0x3fff) - 4;
    if ((status & RDES0_ERROR) === 0)
      this.stack?.received(processor, this.#rxBuffers + this.#rxNext * BUFFER_STRIDE, length);
    memory.write32(at, OWN);
    this.#rxNext = (this.#rxNext + 1) % RX_ENTRIES;
    return true;
  }

  #prepareRings(): void {
    const { memory } = this;
    for (let i = 0; i < RX_ENTRIES; i++) {
      const at = this.#rxRing + i * DESCRIPTOR_SIZE;
      memory.write32(at + 4, BUFFER_SIZE | (i === RX_ENTRIES - 1 ? END_OF_RING : 0));
      memory.write32(at + 8, this.#rxBuffers + i * BUFFER_STRIDE);
      memory.write32(at, OWN);
    }
    for (let i = 0; i < TX_ENTRIES; i++) memory.write32(this.#txRing + i * DESCRIPTOR_SIZE, 0);
  }

  /** The adapter's own address and broadcast, in the chip's format for perfect filtering. */
  #prepareSetupFrame(): void {
    const { memory } = this;
    const own = macBytes(this.address);
    for (let entry = 0; entry < 16; entry++)
      for (let pair = 0; pair < 3; pair++) {
        const word = entry === 0 ? 0xffff : own[2 * pair] | (own[2 * pair + 1] << 8);
        memory.write32(this.#txBuffers + (entry * 3 + pair) * 4, word | (word << 16));
      }
    memory.write32(this.#txRing + 8, this.#txBuffers);
    memory.write32(this.#txRing + 4, SETUP_FRAME_SIZE | TDES1_SETUP);
    memory.write32(this.#txRing, OWN);
    this.#txNext = 1;
  }
}
