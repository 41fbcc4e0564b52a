import type { Handler, Timer } from '../../engine/engine.ts';
import { DMA_READ, DMA_WRITE } from '../../iommu/iommu.ts';
import { PAGE_SIZE } from '../../memory/host-memory.ts';
import { DEVICE, DMA } from '../../partition/ledger.ts';
import type { SriovNic } from './nic.ts';
import { TX_TYPE_CONTEXT, TX_TYPE_MASK } from './offload-spec.ts';
import { QueueRegisters } from './queue-registers.ts';
import {
  QUEUE_CONTROL,
  QUEUE_TAIL,
  TX_DONE,
  TX_END_OF_PACKET,
  TX_EXTENDED,
  TX_INSERT_TAG,
  TX_REPORT_STATUS,
} from './spec.ts';
import { FAULT, TransmitOffload } from './tx-offload.ts';
import type { CauseLine } from './vector.ts';

const CONTEXT = TX_EXTENDED | TX_TYPE_CONTEXT;
const CONTEXT_MASK = TX_EXTENDED | TX_TYPE_MASK;
/** Bytes that a loop copies faster than a call: a frame's header that stands apart from its data. */
const SHORT_PIECE = 32;

/**
 * A transmit queue. Software owns a descriptor until the tail passes it; the queue fetches it and the
 * buffer behind it by DMA under the function's requester id, and hands the frame to the MAC.
 *
 * Fetches are pipelined: the round trip delays a frame, the PCI Express link's bandwidth paces them.
 */
export class TxQueue implements Handler {
  readonly registers = new QueueRegisters();
  readonly requesterId: number;
  readonly functionIndex: number;
  readonly vector: CauseLine;
  #nic: SriovNic;
  #timer: Timer;
  /** When the doorbell that covered a descriptor reaches the device. */
  #posted = new Float64Array(0);
  /** The next frame's descriptors, as they were fetched: what software writes into them later has no effect. */
  #frameDescriptors = 0;
  #buffers = new Float64Array(0);
  #commands = new Uint32Array(0);
  /** VLAN tag that goes into the packet at the head; -1 for none. */
  #tag = -1;
  /** None until the driver loads a context. */
  #offload: TransmitOffload | undefined;

  constructor(nic: SriovNic, functionIndex: number, requesterId: number, vector: CauseLine) {
    this.#nic = nic;
    this.functionIndex = functionIndex;
    this.requesterId = requesterId;
    this.vector = vector;
    this.#timer = nic.engine.timer(this);
  }

  /** A register write that reaches the device at `at`. */
  write(offset: number, value: number, at: number): void {
    const registers = this.registers;
    const before = registers.tail;
    registers.write(offset, value);
    if (offset === QUEUE_TAIL) this.#doorbell(before, at);
    else if (offset === QUEUE_CONTROL && registers.enabled && !this.#timer.pending) this.#arm();
  }

  /** Stops the queue: a malicious or broken driver is cut off until it sets the queue up again. */
  stop(): void {
    this.registers.file[QUEUE_CONTROL >> 2] = 0;
    this.#offload = undefined;
    this.#timer.cancel();
  }

  /** The pool may send again. */
  resume(): void {
    if (this.registers.enabled && !this.#timer.pending) this.#arm();
  }

  get now(): number {
    return this.#nic.engine.now;
  }

  #doorbell(before: number, at: number): void {
    const { entries, tail } = this.registers;
    if (this.#posted.length !== entries) this.#size(entries);
    if (tail >= entries) return;
    const from = before < entries ? before : Math.min(this.registers.head, tail);
    for (let i = from; i !== tail; i = i + 1 === entries ? 0 : i + 1) this.#posted[i] = at;
    if (!this.#timer.pending) this.#arm();
  }

  #size(entries: number): void {
    this.#posted = new Float64Array(entries);
    this.#buffers = new Float64Array(entries);
    this.#commands = new Uint32Array(entries);
  }

  /** Fetches the next frame's descriptors and schedules the moment its bytes are in the MAC's buffer. */
  #arm(): void {
    const { registers } = this;
    const nic = this.#nic;
    if (!registers.owns || !nic.switching.maySend(this.functionIndex)) return;
    const { host } = nic;
    const { entries, tail } = registers;
    if (this.#commands.length !== entries) this.#size(entries);
    let index = registers.head;
    let first = -1;
    let length = 0;
    let count = 0;
    for (let last = false; !last; ) {
      if (index === tail && count > 0) return;
      const at = nic.translate(this, registers.descriptor(index), DMA_READ);
      if (at < 0) return;
      const command = host.read32(at + 8);
      if ((command & CONTEXT_MASK) === CONTEXT && count === 0) {
        index = this.#loadContext(at);
        if (!registers.owns) return;
        continue;
      }
      if (count === 0) {
        first = at;
        this.#tag = (command & TX_INSERT_TAG) === 0 ? -1 : this.#tagOf(at);
      }
      this.#buffers[count] = host.read32(at) + host.read32(at + 4) * 4294967296;
      this.#commands[count++] = command;
      length += command & 0xffff;
      index = index + 1 === entries ? 0 : index + 1;
      last = (command & TX_END_OF_PACKET) !== 0;
    }
    this.#frameDescriptors = count;
    const cut = this.#offload?.begin(first, count, length) ?? 0;
    this.#schedule(cut > 0 ? cut : length);
  }

  #tagOf(descriptor: number): number {
    return this.#offload?.tagOf(this.#nic.host.read32(descriptor + 12)) ?? -1;
  }

  /** Schedules the moment when `length` bytes are in the MAC's buffer. */
  #schedule(length: number): void {
    const nic = this.#nic;
    const posted = this.#posted[this.registers.head] ?? nic.engine.now;
    this.#timer.schedule(nic.scheduleFetch(posted, Math.min(length, nic.maxBytes)));
  }

  /** Takes the context descriptor at the head, which lies at host address `at`; the new head. */
  #loadContext(at: number): number {
    const { registers } = this;
    this.#offload ??= new TransmitOffload({
      registers,
      host: this.#nic.host,
      maxBytes: this.#nic.maxBytes,
      descriptor: (index) => this.#nic.translate(this, registers.descriptor(index), DMA_READ),
      fetch: (from, to, length) => this.#fetch(from, to, length),
      report: (index) => this.#writeBack(registers.descriptor(index)),
    });
    this.#offload.load(at);
    registers.head = registers.head + 1 === registers.entries ? 0 : registers.head + 1;
    return registers.head;
  }

  /** The frame's bytes arrive in the MAC's buffer. */
  handle(): void {
    const { registers } = this;
    const nic = this.#nic;
    if (!registers.owns || !nic.switching.maySend(this.functionIndex)) return;
    const to = nic.claimTransmit();
    if (to < 0) {
      this.#timer.schedule(nic.retryTransmitAt());
      return;
    }
    if (this.#offload?.active === true) {
      this.#sendOffloaded(this.#offload, to);
      return;
    }
    const { entries } = registers;
    let head = registers.head;
    let done = 0;
    let report = false;
    for (let i = 0; i < this.#frameDescriptors; i++) {
      const command = this.#commands[i];
      const piece = command & 0xffff;
      if (done + piece <= nic.maxBytes && !this.#fetch(this.#buffers[i], to + done, piece)) return;
      done += piece;
      report ||= (command & TX_REPORT_STATUS) !== 0;
      if (report && !this.#writeBack(registers.descriptor(head))) return;
      head = head + 1 === entries ? 0 : head + 1;
    }
    registers.head = head;
    if (done <= nic.maxBytes && nic.takes(to, done)) nic.transmit(this, to, done, this.#tag);
    else nic.filtered++;
    if (report) this.vector.cause(nic.engine.now + nic.costs.dmaWrite);
    this.#arm();
  }

  /** The next frame of a packet that is cut or completed here. */
  #sendOffloaded(offload: TransmitOffload, to: number): void {
    const nic = this.#nic;
    const length = offload.next(to);
    if (length === FAULT) return;
    if (length > 0 && nic.takes(to, length)) nic.transmit(this, to, length, this.#tag);
    else nic.filtered++;
    if (offload.active) {
      this.#schedule(offload.nextLength);
      return;
    }
    if (offload.reported) this.vector.cause(nic.engine.now + nic.costs.dmaWrite);
    this.#arm();
  }

  /** Reads a buffer piece by piece: adjacency ends with the translation's page. */
  #fetch(address: number, to: number, length: number): boolean {
    const nic = this.#nic;
    nic.ledger.charge(DEVICE, DMA, 0);
    for (let done = 0; done < length; ) {
      const piece = Math.min(length - done, PAGE_SIZE - ((address + done) & (PAGE_SIZE - 1)));
      const from = nic.translate(this, address + done, DMA_READ);
      if (from < 0) return false;
      if (piece <= SHORT_PIECE) nic.host.copyShort(to + done, from, piece);
      else nic.host.copy(to + done, from, piece);
      done += piece;
    }
    return true;
  }

  #writeBack(descriptor: number): boolean {
    const at = this.#nic.translate(this, descriptor, DMA_WRITE);
    if (at < 0) return false;
    this.#nic.host.write32(at + 12, this.#nic.host.read32(at + 12) | TX_DONE);
    return true;
  }
}
