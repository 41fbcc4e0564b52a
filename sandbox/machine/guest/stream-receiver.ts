import { READ, WRITE } from '../memory/guest-memory.ts';
import type { ScatterList } from '../memory/scatter-list.ts';
import { Acknowledging } from '../net/acknowledging.ts';
import { CoalescedHeader, ENDED, REFUSED } from '../net/coalescing.ts';
import { TCP_ACK } from '../net/segmentation.ts';
import type { StreamCheck } from '../net/stream-check.ts';
import type { StreamLayout, StreamListener } from '../net/stream-layout.ts';
import { headersOf, reversed, type TcpStream, writeTcpHeaders } from '../net/tcp.ts';
import { APPLICATION, COPY, NETWORK_STACK, SYSTEM_CALL } from '../partition/ledger.ts';
import type { Task, VirtualProcessor } from '../partition/virtual-processor.ts';
import type { NetDevice } from './net-device.ts';

/** What an application asks for in one call. */
const READ_BYTES = 65536;
/** Bytes of a segment that are looked at before it is joined to others: two lines of the cache. */
const HEADER_LINES = 128;

/** A stream that a guest receives. */
export interface ReceivePlan {
  flow: number;
  /** Queue that it usually sends acknowledgements on, and how many the device has. */
  queue: number;
  queues: number;
  stream: TcpStream;
  layout: StreamLayout;
  /** Bytes of the window. */
  window: number;
  /** Whether the stack joins segments before it works on them. */
  coalesces: boolean;
}

/**
 * The receiving end of a stream in a guest: TCP, and an application that reads as fast as its processor
 * lets it.
 *
 * Each frame that reaches TCP costs the stack's work, whether it is a segment or was coalesced; a
 * checksum that nobody has checked, a pass over the bytes at the price of a copy that finds them in the
 * cache. With coalescing in the stack, each segment costs the look at its headers, at the price of two
 * lines that are not in the cache, and TCP gets what has become of it when the driver has nothing more. A call of
 * the application costs a system call, and the copy of its bytes, which are not in the cache. An
 * acknowledgement costs the stack's work for a frame. See decision 0021.
 *
 * Every byte is checked as it comes: a frame's buffer goes back to the driver at once.
 */
export class StreamReceiver implements Task {
  /** Acknowledgements sent, and frames that reached TCP. */
  acknowledgements = 0;
  frames = 0;
  readonly check: StreamCheck;
  readonly plan: ReceivePlan;
  #device: NetDevice;
  #listener: StreamListener;
  #back: TcpStream;
  #state: Acknowledging;
  #reading = false;
  #blocked = false;
  #joined = new CoalescedHeader();
  /** Payload of the segments that were joined, and whether there are any. */
  #held = 0;
  /** The processor whose driver has delivered those. */
  #holder: VirtualProcessor | undefined;
  #id = 1;
  readonly #first: number;

  /** @param first sequence number of the stream's first byte */
  constructor(
    device: NetDevice,
    plan: ReceivePlan,
    check: StreamCheck,
    first: number,
    listener: StreamListener,
  ) {
    this.#device = device;
    this.plan = plan;
    this.check = check;
    this.#first = first;
    this.#listener = listener;
    this.#back = reversed(plan.stream);
    this.#state = new Acknowledging(plan.window, plan.layout.segment);
    check.onBytes = (at, length) => listener.took(plan.flow, at, length);
  }

  /** A segment of `length` bytes at host address `at`. */
  segment(processor: VirtualProcessor, at: number, length: number, verified: boolean): void {
    const { costs } = processor.lp;
    const { host } = this.#device.memory;
    const { coalesces } = this.plan;
    if (!verified)
      processor.charge(processor.kernel, NETWORK_STACK, costs.copyWarm * length, 'checksum');
    if (!coalesces) {
      this.#toTcp(processor, this.check.check(at, length, processor.local));
      return;
    }
    const look = costs.copyCold * HEADER_LINES;
    processor.charge(processor.kernel, NETWORK_STACK, look, 'coalesce');
    const joins = this.#held > 0 ? this.#joined.add(host, at, length) : REFUSED;
    if (joins === REFUSED) this.flush(processor);
    const begins = joins === REFUSED && this.#joined.begin(host, at, length);
    const payload = this.check.check(at, length, processor.local);
    if (joins === REFUSED && !begins) {
      this.#toTcp(processor, payload);
      return;
    }
    this.#held += payload;
    this.#holder = processor;
    if (joins === ENDED) this.flush(processor);
  }

  /** A frame that was coalesced on its way, in pieces of host memory. */
  long(processor: VirtualProcessor, frame: ScatterList): void {
    this.flush(processor);
    this.#toTcp(processor, this.check.checkPieces(frame, processor.local));
  }

  /** What was joined goes to TCP. */
  flush(processor: VirtualProcessor): void {
    const payload = this.#held;
    if (payload === 0) return;
    this.#held = 0;
    this.#joined.segments = 0;
    this.#toTcp(processor, payload);
  }

  /** The driver on `processor` has nothing more. */
  polled(processor: VirtualProcessor): void {
    if (this.#holder === processor) this.flush(processor);
  }

  /** The device has room again. */
  room(processor: VirtualProcessor): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    if (this.#state.due) this.#acknowledge(processor);
  }

  /** The application reads. */
  run(processor: VirtualProcessor): void {
    const { costs } = processor.lp;
    const state = this.#state;
    this.#reading = false;
    const count = Math.min(READ_BYTES, state.received - state.read);
    processor.charge(processor.kernel, SYSTEM_CALL, costs.syscall);
    processor.charge(processor.kernel, COPY, costs.copyCold * count, 'to the application');
    processor.lp.move(processor.kernel, COPY, 2 * count);
    processor.charge(processor.user, APPLICATION, 0);
    const { layout, flow } = this.plan;
    const end = layout.segmentsUntil(state.read + count);
    for (let i = layout.segmentsUntil(state.read); i < end; i++)
      this.#listener.arrived(flow, i, layout.endOf(i) - layout.startOf(i), processor.local);
    state.read += count;
    if (state.due) this.#acknowledge(processor);
    this.#wake(processor);
  }

  #toTcp(processor: VirtualProcessor, payload: number): void {
    processor.charge(processor.kernel, NETWORK_STACK, processor.lp.costs.stack);
    this.frames++;
    if (payload === 0) return;
    this.#state.received += payload;
    if (this.#state.due) this.#acknowledge(processor);
    this.#wake(processor);
  }

  #wake(processor: VirtualProcessor): void {
    if (this.#reading || this.#state.received === this.#state.read) return;
    this.#reading = true;
    processor.post(this, 0, processor.local);
  }

  /** An acknowledgement leaves by a queue of the processor that it is made on. */
  #queueOn(processor: VirtualProcessor): number {
    const { queue, queues } = this.plan;
    for (let i = 0; i < queues; i++) {
      const candidate = (queue + i) % queues;
      if (this.#device.processorOf(candidate) === processor) return candidate;
    }
    return queue;
  }

  #acknowledge(processor: VirtualProcessor): void {
    const device = this.#device;
    const queue = this.#queueOn(processor);
    const gpa = device.claim(queue);
    this.#blocked = gpa < 0;
    if (gpa < 0) return;
    processor.charge(processor.kernel, NETWORK_STACK, processor.lp.costs.stack, 'acknowledge');
    const length = headersOf(this.#back);
    const at = device.memory.span(gpa, length, READ | WRITE);
    writeTcpHeaders(device.memory.host, at, this.#back, {
      sequence: 1,
      id: this.#id++ & 0xffff,
      flags: TCP_ACK,
      length: 0,
      acknowledged: (this.#first + this.#state.received) >>> 0,
      window: this.#state.window,
      checksum: 'whole',
    });
    this.acknowledgements++;
    this.#state.done();
    device.send(queue, length, false);
  }
}
