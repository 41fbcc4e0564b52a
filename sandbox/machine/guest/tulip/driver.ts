import { PCI_COMMAND } from '../../bus/pci/configuration-space.ts';
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
  PASS_ALL_MULTICAST,
  PORT_SELECT,
  PROMISCUOUS,
  SETUP_FRAME_SIZE,
  SOFTWARE_RESET,
  START_RECEIVE,
  START_TRANSMIT,
  TDES1_FILTER_TYPE_0,
  TDES1_SETUP,
} from '../../devices/dec21140/spec.ts';
import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { GuestCode, VirtualProcessor } from '../../partition/virtual-processor.ts';
import type { NetDevice } from '../net-device.ts';
import { PHY_ADVERTISE } from './mii.ts';
import type { TulipIdentity } from './probe.ts';
import { BUS_MODE } from './registers.ts';
import { needsHash, type ReceiveMode, setupFrame } from './setup-frame.ts';
import { TulipTraffic } from './traffic.ts';

export type { GuestStep, PortRead } from './ports.ts';

/** Vector of the adapter's interrupt pin. */
export const PIN_VECTOR = 8;
/** A software reset may not be disturbed for 50 PCI clocks; the recorded driver's kin wait this long. */
const RESET_MICROSECONDS = 100;

/** Where the adapter stands. `problem` says why it failed. */
export type TulipState = 'closed' | 'opening' | 'running' | 'failed';

/**
 * The guest's driver of a DEC 21140, in the manner of the recorded Linux driver: it finds the adapter in
 * configuration space, reads serial ROM and transceiver bit by bit, runs rings of 128 and 32
 * descriptors, a poll demand a frame, and receive polling with the interrupt masked.
 *
 * Its code traps at every register access; a subclass can override a step to try another way.
 */
export class TulipDriver extends TulipTraffic implements NetDevice {
  state: TulipState = 'closed';
  #setupBuffer: number;
  #mode: ReceiveMode = {};
  #modePending = false;
  #wanted = false;
  #claimed = false;
  #sends: { length: number; more: boolean }[] = [];

  constructor(memory: GuestMemory, processor: VirtualProcessor) {
    super(memory, processor);
    this.#setupBuffer = memory.allocate(SETUP_FRAME_SIZE);
    processor.install(PIN_VECTOR, this);
  }

  /** Probes the adapter, the first time, and brings it up. Done when the machine comes to rest. */
  open(): void {
    this.enqueue(() => this.#open());
  }

  /** Stops the adapter: nothing is sent, received or interrupted until it is opened again. */
  close(): void {
    this.enqueue(() => this.#close());
  }

  /** Has the adapter let `mode` in, now or when it is opened. */
  setReceiveMode(mode: ReceiveMode): void {
    this.#mode = mode;
    this.enqueue(() => this.applyReceiveMode());
  }

  get running(): boolean {
    return this.state === 'running';
  }

  processorOf(): VirtualProcessor {
    return this.processor;
  }

  claim(): number {
    if (!this.running || this.#claimed || this.freeDescriptors < 2) {
      this.#wanted = true;
      return -1;
    }
    this.#claimed = true;
    return this.tx.buffer;
  }

  send(_queue: number, length: number, more: boolean): void {
    this.#sends.push({ length, more });
    this.processor.start(this.#sendNext(), this.processor.local);
  }

  /** Reset, rings, transceiver, setup frame, start, interrupts: as recorded when it is opened. */
  protected *bringUp(): GuestCode {
    const { identity } = this;
    if (identity === undefined) return;
    yield* this.resetChip();
    yield* this.startTransceiver(identity.media);
    yield* this.writePhy(identity.phy.address, PHY_ADVERTISE, identity.phy.advertised);
    yield* this.in(CSR6_OPERATION);
    this.#addSetupFrame(identity, {});
    const transmitting = this.operatingMode | START_TRANSMIT;
    yield* this.out(CSR6_OPERATION, transmitting);
    yield* this.out(CSR5_STATUS, this.interrupts);
    yield* this.out(CSR7_INTERRUPT_ENABLE, this.interrupts);
    yield* this.out(CSR6_OPERATION, transmitting | START_RECEIVE);
    this.stopping = false;
    yield* this.in(CSR6_OPERATION);
    yield* this.out(CSR2_RECEIVE_POLL, 0);
    this.state = 'running';
    yield* this.applyReceiveMode();
    this.scheduleLinkCheck();
    this.#tellRoom();
  }

  /** Software reset with the MII port chosen, bus mode, and both rings in their first state. */
  protected *resetChip(): GuestCode {
    yield* this.out(CSR6_OPERATION, PORT_SELECT);
    yield* this.out(CSR0_BUS_MODE, SOFTWARE_RESET);
    yield* this.readConfiguration(PCI_COMMAND, 2);
    this.wait(RESET_MICROSECONDS);
    yield* this.out(CSR0_BUS_MODE, BUS_MODE);
    yield* this.readConfiguration(PCI_COMMAND, 2);
    this.rx.prepare();
    this.tx.prepare();
    yield* this.out(CSR3_RECEIVE_LIST, this.rx.base);
    yield* this.out(CSR4_TRANSMIT_LIST, this.tx.base);
  }

  /**
   * Tells the chip what to let in. A list of groups goes by a setup frame, behind a descriptor of no
   * length that parts it from frames before it; when the ring has no room for the two, they wait.
   */
  protected *applyReceiveMode(): GuestCode {
    const { identity } = this;
    if (!this.running || identity === undefined) return;
    const { promiscuous = false, allMulticast = false } = this.#mode;
    let csr6 = yield* this.in(CSR6_OPERATION);
    csr6 &= ~(PROMISCUOUS | PASS_ALL_MULTICAST);
    if (promiscuous) csr6 |= PROMISCUOUS | PASS_ALL_MULTICAST;
    else if (allMulticast) csr6 |= PASS_ALL_MULTICAST;
    else {
      this.reclaim();
      this.#modePending = this.freeDescriptors < 2 || this.tx.hasSetup;
      if (this.#modePending) return;
      this.tx.add(0, 0, false);
      this.#addSetupFrame(identity, this.#mode);
      yield* this.out(CSR1_TRANSMIT_POLL, 0);
    }
    yield* this.out(CSR6_OPERATION, csr6 >>> 0);
  }

  /** Sets the chip up anew. Frames under way are lost. */
  protected *reset(): GuestCode {
    this.statistics.resets++;
    this.#forget();
    yield* this.bringUp();
  }

  protected reclaimed(): void {
    if (this.#modePending && this.running) {
      this.#modePending = false;
      this.enqueue(() => this.applyReceiveMode());
    }
    this.#tellRoom();
  }

  *#open(): GuestCode {
    if (this.running) return;
    this.problem = '';
    this.state = 'opening';
    if (this.identity === undefined && !(yield* this.probe())) {
      this.state = 'failed';
      return;
    }
    yield* this.bringUp();
  }

  /** Masks interrupts, stops both processes and waits for them, as recorded. */
  *#close(): GuestCode {
    if (!this.running) return;
    this.cancelLinkCheck();
    yield* this.out(CSR7_INTERRUPT_ENABLE, 0);
    this.state = 'closed';
    yield* this.stopProcesses(yield* this.in(CSR6_OPERATION));
    yield* this.in(CSR6_OPERATION);
    this.countMissed(yield* this.in(CSR8_MISSED_FRAMES));
    this.#forget();
  }

  /** What the ring still holds is not sent any more. */
  #forget(): void {
    this.reclaim();
    this.statistics.dropped += this.tx.abandon() + this.#sends.length;
    this.#sends = [];
    this.#claimed = false;
    this.#modePending = false;
  }

  *#sendNext(): GuestCode {
    const next = this.#sends.shift();
    if (next === undefined) return;
    if (this.running) yield* this.transmit(next.length, next.more);
    else this.statistics.dropped++;
    this.#claimed = false;
    this.#tellRoom();
  }

  #tellRoom(): void {
    if (!this.#wanted || !this.running || this.#claimed || this.freeDescriptors < 2) return;
    this.#wanted = false;
    this.stack?.room(this.processor, 0);
  }

  #addSetupFrame(identity: TulipIdentity, mode: ReceiveMode): void {
    const words = setupFrame(identity.macAddress, mode);
    for (const [i, word] of words.entries()) this.memory.write32(this.#setupBuffer + 4 * i, word);
    const kind = TDES1_SETUP | (needsHash(mode) ? TDES1_FILTER_TYPE_0 : 0);
    this.tx.add(SETUP_FRAME_SIZE | kind, this.#setupBuffer, false);
  }
}
