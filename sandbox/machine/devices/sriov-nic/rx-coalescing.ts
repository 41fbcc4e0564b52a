import type { Handler, Timer } from '../../engine/engine.ts';
import { DMA_READ, DMA_WRITE } from '../../iommu/iommu.ts';
import { CoalescedHeader, ENDED, REFUSED } from '../../net/coalescing.ts';
import { checkSums, SUM_IP_BAD, SUM_TCP, SUM_TRANSPORT_BAD } from '../../net/frame-sums.ts';
import {
  COALESCING_CONTEXTS,
  COALESCING_MAX,
  COALESCING_MAX_SHIFT,
  QUEUE_COALESCING,
  RX_COUNT_SHIFT,
  RX_NEXT_SHIFT,
} from './coalescing-spec.ts';
import type { SriovNic } from './nic.ts';
import { checkedStatus } from './rx-offload.ts';
import type { RxNotes, RxQueue } from './rx-queue.ts';
import { RX_DONE, RX_END_OF_PACKET } from './spec.ts';

/** A long frame in the making, and the descriptors that it has taken. */
class Context {
  readonly header = new CoalescedHeader();
  open = false;
  /** Bus address of its first buffer. */
  first = 0;
  /** Host address of the descriptor that is being filled, bus address of its buffer, bytes in it. */
  descriptor = 0;
  buffer = 0;
  used = 0;
  /** Segments that end in that descriptor, and descriptors so far. */
  ended = 0;
  descriptors = 0;
  status = 0;
  notes: RxNotes = { types: 0, hash: 0, status: 0, tag: 0 };
}

/**
 * The coalescing of one receive queue. Segments of a connection are written one behind the other into the
 * buffers of a long frame. It is complete when a segment with PSH or a short one has come, when the next
 * does not continue it, when it has as many descriptors as it may or no more are there, and when the
 * interval of the queue's interrupt is over; with an interval of 0 nothing is coalesced. The headers in the
 * first buffer are written anew then. Which of these the 82599 does in which order is unverified.
 */
export class ReceiveCoalescing implements Handler {
  #nic: SriovNic;
  #queue: RxQueue;
  #contexts: Context[] = [];
  #timer: Timer;
  /** When what was written last can be seen. */
  #visible = 0;

  constructor(nic: SriovNic, queue: RxQueue) {
    this.#nic = nic;
    this.#queue = queue;
    this.#timer = nic.engine.timer(this);
  }

  /** A frame of the queue's in the MAC's buffer. False for one that has to go the ordinary way. */
  receive(address: number, length: number, notes: RxNotes): boolean {
    const { host } = this.#nic;
    const context = this.#contexts.find(({ open, header }) => open && header.isOf(host, address));
    const found = checkSums(host, address, length);
    const good = (found & (SUM_TCP | SUM_IP_BAD | SUM_TRANSPORT_BAD)) === SUM_TCP;
    if (context !== undefined) {
      const { headers } = context.header;
      const fits = good && this.#hasRoom(context, length - headers);
      const result = fits ? context.header.add(host, address, length) : REFUSED;
      if (result !== REFUSED) {
        this.#visible = this.#queue.count(address, length, notes);
        context.ended++;
        this.#append(context, address + headers, length - headers);
        if (result === ENDED && context.open) this.#close(context);
        return true;
      }
      this.#close(context);
    }
    return good && this.#begin(address, length, notes);
  }

  /** The queue was stopped: nothing is completed any more. */
  stop(): void {
    this.#timer.cancel();
    for (const context of this.#contexts) context.open = false;
  }

  /** The interval is over. */
  handle(): void {
    for (const context of this.#contexts) if (context.open) this.#close(context);
  }

  #begin(address: number, length: number, notes: RxNotes): boolean {
    const interval = this.#queue.vector.vector?.interval ?? 0;
    const { bufferSize } = this.#queue.registers;
    if (interval === 0 || length > bufferSize || this.#queue.free === 0) return false;
    const context = this.#idle();
    if (context === undefined) return false;
    const { host, receiveChecksums, engine } = this.#nic;
    if (!context.header.begin(host, address, length)) return false;
    context.notes = notes;
    context.status = checkedStatus(host, address, length, receiveChecksums);
    context.descriptors = 0;
    context.open = true;
    this.#visible = this.#queue.count(address, length, notes);
    if (!this.#take(context)) return true;
    context.first = context.buffer;
    context.ended = 1;
    this.#append(context, address, length);
    if (!this.#timer.pending) this.#timer.schedule(engine.now + interval);
    return true;
  }

  #idle(): Context | undefined {
    const idle = this.#contexts.find(({ open }) => !open);
    if (idle !== undefined || this.#contexts.length === COALESCING_CONTEXTS) return idle;
    const context = new Context();
    this.#contexts.push(context);
    return context;
  }

  /** Whether there are descriptors for `payload` more bytes, now and by the register. */
  #hasRoom({ used, descriptors }: Context, payload: number): boolean {
    const { registers, free } = this.#queue;
    const more = Math.ceil(
      Math.max(0, used + payload - registers.bufferSize) / registers.bufferSize,
    );
    const code = (registers.file[QUEUE_COALESCING >> 2] >>> COALESCING_MAX_SHIFT) & 3;
    return more <= free && descriptors + more <= COALESCING_MAX[code];
  }

  /** Takes the descriptor at the head; false when the IOMMU refuses it. */
  #take(context: Context): boolean {
    const { registers } = this.#queue;
    const { host } = this.#nic;
    const at = registers.descriptor(registers.head);
    const descriptor = this.#nic.translate(this.#queue, at, DMA_READ | DMA_WRITE);
    if (descriptor < 0) return false;
    context.descriptor = descriptor;
    context.buffer = host.read32(descriptor) + host.read32(descriptor + 4) * 4294967296;
    context.used = 0;
    context.descriptors++;
    registers.head = registers.head + 1 === registers.entries ? 0 : registers.head + 1;
    return true;
  }

  #append(context: Context, from: number, length: number): void {
    const { registers } = this.#queue;
    for (let done = 0; done < length; ) {
      if (context.used === registers.bufferSize) {
        const ended = context.ended;
        context.ended = 1;
        const next = registers.head;
        this.#writeBack(context, RX_DONE | (next << RX_NEXT_SHIFT), ended - 1, 0);
        if (!this.#take(context)) return;
      }
      const piece = Math.min(length - done, registers.bufferSize - context.used);
      if (!this.#queue.store(context.buffer + context.used, from + done, piece)) return;
      context.used += piece;
      done += piece;
    }
  }

  #writeBack(context: Context, status: number, segments: number, tag: number): void {
    const { host } = this.#nic;
    const { descriptor, notes, used } = context;
    host.write32(descriptor, notes.types | (segments << RX_COUNT_SHIFT));
    host.write32(descriptor + 4, notes.hash);
    host.write32(descriptor + 12, used | (tag << 16));
    host.write32(descriptor + 8, status);
  }

  #close(context: Context): void {
    const { header, notes, status } = context;
    context.open = false;
    const coalesced = header.segments > 1;
    if (coalesced && !this.#writeHeaders(context)) return;
    const bits = RX_DONE | RX_END_OF_PACKET | status | notes.status;
    this.#writeBack(context, bits, coalesced ? context.ended : 0, notes.tag);
    this.#queue.vector.cause(Math.max(this.#visible, this.#nic.engine.now));
  }

  /** The headers of the whole go over those of the first segment. */
  #writeHeaders({ header, first }: Context): boolean {
    const { host } = this.#nic;
    const staging = this.#nic.headerStaging;
    header.write(host, staging);
    return this.#queue.store(first, staging, header.headers);
  }
}
