import { READ, WRITE } from '../memory/guest-memory.ts';
import { TCP_ACK, TCP_PSH } from '../net/segmentation.ts';
import type { StreamPattern } from '../net/stream-check.ts';
import { StreamLayout, type StreamListener } from '../net/stream-layout.ts';
import { headersOf, type TcpStream, transportOf, writeTcpHeaders } from '../net/tcp.ts';
import { APPLICATION, COPY, NETWORK_STACK, SYSTEM_CALL } from '../partition/ledger.ts';
import type { Task, VirtualProcessor } from '../partition/virtual-processor.ts';
import type { NetDevice } from './net-device.ts';

/** What a bulk transfer leaves to its device, if the device does it. */
export interface BulkPlan {
  /** Bytes of the whole stream, and of one call of the application. */
  bytes: number;
  write: number;
  /** Payload of a frame on the wire. */
  segment: number;
  /** Sequence number of the first byte. */
  first: number;
  checksum: boolean;
  segmentation: boolean;
  /** Bytes that may be under way, the receiver's window as it was agreed; no bound when left out. */
  window?: number;
}

/**
 * An application that writes a stream of bytes, and the TCP under it: frames in order, as fast as the device
 * takes them and the receiver's window lets them. There is no second try, and no congestion window: a machine
 * whose windows fit its rings loses nothing. A frame that is to be cut waits until a third of the window
 * is open, as Linux's TCP defers one.
 *
 * Each call of the application costs a system call and the copy of its bytes into the stack; each frame that
 * goes to the device the stack's work, which is that of a datagram; a checksum that the stack makes itself, a
 * pass over the bytes at the price of a copy that finds them in the cache. See decision 0015.
 */
export class BulkSocket implements Task {
  /** Frames handed to the device. */
  frames = 0;
  /** Payload in them, in bytes. */
  sent = 0;
  #device: NetDevice;
  readonly queue: number;
  #stream: TcpStream;
  #plan: BulkPlan;
  #pattern: StreamPattern;
  #waiting = false;
  /** Bytes that the application has written. */
  #written = 0;
  #id = 1;
  #layout: StreamLayout;
  /** Payload that the other end has acknowledged, and where its window ends. */
  #acknowledged = 0;
  #edge: number;
  #closed = false;
  #flow: number;
  #listener: StreamListener | undefined;

  /** @param listener told of every segment when the application has handed it over, as one of `flow` */
  constructor(
    device: NetDevice,
    queue: number,
    stream: TcpStream,
    plan: BulkPlan,
    pattern: StreamPattern,
    flow = 0,
    listener?: StreamListener,
  ) {
    this.#flow = flow;
    this.#listener = listener;
    this.#layout = new StreamLayout(plan.bytes, plan.write, plan.segment);
    this.#edge = plan.window ?? Infinity;
    this.#device = device;
    this.queue = queue;
    this.#stream = stream;
    this.#plan = plan;
    this.#pattern = pattern;
  }

  start(at: number): void {
    this.#device.processorOf(this.queue).post(this, 0, at);
  }

  /** The device has room again. */
  room(processor: VirtualProcessor): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    processor.post(this, 0, processor.local);
  }

  /** What the other end has acknowledged, and the bytes behind it that it has room for. */
  acknowledge(processor: VirtualProcessor, acknowledged: number, window: number): void {
    const { first } = this.#plan;
    const more = (acknowledged - first - this.#acknowledged) >>> 0;
    if (this.#acknowledged + more <= this.sent) this.#acknowledged += more;
    this.#edge = Math.max(this.#edge, this.#acknowledged + window);
    if (!this.#closed || this.#next() === 0) return;
    this.#closed = false;
    this.#device.processorOf(this.queue).post(this, 0, processor.local);
  }

  /** Whether the other end has all of it. */
  get acknowledged(): boolean {
    return this.#acknowledged >= this.#plan.bytes;
  }

  /** Bytes of payload of the next frame; 0 while the window is too small for it. */
  #next(): number {
    const { bytes, segment, window = 0 } = this.#plan;
    const { longest } = this.#help;
    const written = this.sent === this.#written ? this.#layout.callEnd(this.sent) : this.#written;
    const wanted = Math.min(longest, written - this.sent, bytes - this.sent);
    const room = this.#edge - this.sent;
    if (room >= wanted) return wanted;
    const whole = Math.floor(room / segment) * segment;
    return whole >= Math.min(longest, window / 3) ? whole : 0;
  }

  /** Hands over one frame, and comes again while there is more. */
  run(processor: VirtualProcessor): void {
    const { bytes } = this.#plan;
    if (this.#waiting || this.sent >= bytes) return;
    const length = this.#next();
    this.#closed = length === 0;
    if (length === 0) return;
    const gpa = this.#device.claim(this.queue);
    if (gpa < 0) {
      this.#waiting = true;
      return;
    }
    if (this.sent === this.#written) this.#write(processor);
    this.#send(processor, gpa, length);
    if (this.sent < bytes) processor.post(this, 0, processor.local);
  }

  /** What the device finishes: TCP's checksum, and the cutting of frames of so many bytes. */
  get #help(): { checksum: boolean; longest: number } {
    const { offloads } = this.#device;
    const { checksum, segmentation, segment } = this.#plan;
    const { ipv6 } = this.#stream;
    const can = checksum && (ipv6 ? offloads?.tcp6 : offloads?.tcp4) === true;
    const most = (ipv6 ? offloads?.segment6 : offloads?.segment4) ?? 0;
    const frames = Math.floor((most - headersOf(this.#stream)) / segment);
    const cuts = can && segmentation && frames >= (offloads?.leastSegments ?? 0);
    return { checksum: can, longest: cuts ? frames * segment : segment };
  }

  /** The segments of the frame that is handed over. */
  #tell(time: number, length: number): void {
    if (this.#listener === undefined) return;
    const end = this.#layout.segmentsBefore(this.sent + length);
    for (let i = this.#layout.segmentsBefore(this.sent); i < end; i++)
      this.#listener.sent(this.#flow, i, time);
  }

  #write(processor: VirtualProcessor): void {
    const { bytes, write } = this.#plan;
    const { costs } = processor.lp;
    const count = Math.min(write, bytes - this.#written);
    this.#written += count;
    processor.charge(processor.user, APPLICATION, 0);
    processor.charge(processor.kernel, SYSTEM_CALL, costs.syscall);
    processor.charge(processor.kernel, COPY, costs.copyWarm * count, 'from the application');
    processor.lp.move(processor.kernel, COPY, 2 * count);
  }

  #send(processor: VirtualProcessor, gpa: number, length: number): void {
    const { segment, first } = this.#plan;
    const { checksum } = this.#help;
    const { costs } = processor.lp;
    const headers = headersOf(this.#stream);
    const cut = length > segment;
    const at = this.#device.memory.span(gpa, headers + length, READ | WRITE);
    processor.charge(processor.kernel, NETWORK_STACK, costs.stack);
    if (!checksum)
      processor.charge(processor.kernel, NETWORK_STACK, costs.copyWarm * length, 'checksum');
    const { memory } = this.#device;
    this.#pattern.fill(memory.host, at + headers, this.sent, length);
    const isEnd = this.sent + length === this.#written;
    writeTcpHeaders(memory.host, at, this.#stream, {
      sequence: (first + this.sent) >>> 0,
      id: this.#id & 0xffff,
      flags: isEnd ? TCP_ACK | TCP_PSH : TCP_ACK,
      length,
      checksum: cut ? 'segmented' : checksum ? 'partial' : 'whole',
    });
    this.#id += Math.ceil(length / segment);
    this.#tell(processor.local, length);
    this.sent += length;
    this.frames++;
    const transport = transportOf(this.#stream);
    const task = { tcp: true, ipv6: this.#stream.ipv6, transport, segment: cut ? segment : 0 };
    if (checksum) this.#device.sendUnfinished?.(this.queue, headers + length, !isEnd, task);
    else this.#device.send(this.queue, headers + length, !isEnd);
  }
}
