import { READ, WRITE } from '../memory/guest-memory.ts';
import { TCP_ACK, TCP_PSH } from '../net/segmentation.ts';
import type { StreamPattern } from '../net/stream-check.ts';
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
}

/**
 * An application that writes a stream of bytes, and the TCP under it: frames in order, as fast as the device
 * takes them. Nothing comes back: no window, no acknowledgement, no second try.
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
  #queue: number;
  #stream: TcpStream;
  #plan: BulkPlan;
  #pattern: StreamPattern;
  #waiting = false;
  /** Bytes that the application has written. */
  #written = 0;
  #id = 1;

  constructor(
    device: NetDevice,
    queue: number,
    stream: TcpStream,
    plan: BulkPlan,
    pattern: StreamPattern,
  ) {
    this.#device = device;
    this.#queue = queue;
    this.#stream = stream;
    this.#plan = plan;
    this.#pattern = pattern;
  }

  start(at: number): void {
    this.#device.processorOf(this.#queue).post(this, 0, at);
  }

  /** The device has room again. */
  room(processor: VirtualProcessor): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    processor.post(this, 0, processor.local);
  }

  /** Hands over one frame, and comes again while there is more. */
  run(processor: VirtualProcessor): void {
    const { bytes } = this.#plan;
    if (this.#waiting || this.sent >= bytes) return;
    const gpa = this.#device.claim(this.#queue);
    if (gpa < 0) {
      this.#waiting = true;
      return;
    }
    if (this.sent === this.#written) this.#write(processor);
    this.#send(processor, gpa);
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

  #write(processor: VirtualProcessor): void {
    const { bytes, write } = this.#plan;
    const { costs } = processor.lp;
    const count = Math.min(write, bytes - this.#written);
    this.#written += count;
    processor.charge(processor.user, APPLICATION, 0);
    processor.charge(processor.kernel, SYSTEM_CALL, costs.syscall);
    processor.charge(processor.kernel, COPY, costs.copyWarm * count, 'from the application');
  }

  #send(processor: VirtualProcessor, gpa: number): void {
    const { segment, first } = this.#plan;
    const { checksum, longest } = this.#help;
    const { costs } = processor.lp;
    const headers = headersOf(this.#stream);
    const length = Math.min(longest, this.#written - this.sent);
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
    this.sent += length;
    this.frames++;
    const transport = transportOf(this.#stream);
    const task = { tcp: true, ipv6: this.#stream.ipv6, transport, segment: cut ? segment : 0 };
    if (checksum) this.#device.sendUnfinished?.(this.#queue, headers + length, !isEnd, task);
    else this.#device.send(this.#queue, headers + length, !isEnd);
  }
}
