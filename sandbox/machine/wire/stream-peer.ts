import { type Engine, type Handler, MICROSECOND, type Timer } from '../engine/engine.ts';
import type { HostMemory } from '../memory/host-memory.ts';
import { Acknowledging } from '../net/acknowledging.ts';
import { TCP_ACK, TCP_PSH } from '../net/segmentation.ts';
import type { StreamCheck, StreamPattern } from '../net/stream-check.ts';
import type { StreamLayout, StreamListener } from '../net/stream-layout.ts';
import {
  acknowledgementAt,
  headersOf,
  portOf,
  reversed,
  type TcpStream,
  writeTcpHeaders,
} from '../net/tcp.ts';
import type { FrameReceiver, Link } from './link.ts';

/** Longest that a peer which coalesces holds a segment back: the interval of a NIC's interrupts. */
const GATHER_TIME = 50 * MICROSECOND;
/** Bytes after which it does not. */
const GATHER_BYTES = 65536;

/** One end of a stream at the peer. */
export interface PeerStream {
  flow: number;
  stream: TcpStream;
  layout: StreamLayout;
  pattern: StreamPattern;
  /** Sequence number of its first byte. */
  first: number;
  /** Bytes of the receiver's window. */
  window: number;
}

/** A stream that the peer sends: as fast as the link and the receiver's window let it. */
class PeerSender {
  readonly plan: PeerStream;
  readonly back: TcpStream;
  sent = 0;
  #acknowledged = 0;
  #edge: number;
  #id = 1;

  constructor(plan: PeerStream) {
    this.plan = plan;
    this.back = reversed(plan.stream);
    this.#edge = plan.window;
  }

  get ready(): boolean {
    return this.#length > 0 && this.sent + this.#length <= this.#edge;
  }

  acknowledge(acknowledged: number, window: number): void {
    const more = (acknowledged - this.plan.first - this.#acknowledged) >>> 0;
    if (this.#acknowledged + more <= this.sent) this.#acknowledged += more;
    this.#edge = Math.max(this.#edge, this.#acknowledged + window);
  }

  /** Writes the next segment to `at`; its length. */
  write(host: HostMemory, at: number): number {
    const { stream, layout, pattern, first } = this.plan;
    const headers = headersOf(stream);
    const length = this.#length;
    pattern.fill(host, at + headers, this.sent, length);
    const ends = this.sent + length === layout.callEnd(this.sent);
    writeTcpHeaders(host, at, stream, {
      sequence: (first + this.sent) >>> 0,
      id: this.#id++ & 0xffff,
      flags: ends ? TCP_ACK | TCP_PSH : TCP_ACK,
      length,
      checksum: 'whole',
    });
    this.sent += length;
    return headers + length;
  }

  get #length(): number {
    const { layout } = this.plan;
    if (this.sent >= layout.bytes) return 0;
    return Math.min(layout.segment, layout.callEnd(this.sent) - this.sent);
  }
}

/** A stream that the peer receives. What arrives is read at once. */
class PeerReceiver {
  readonly plan: PeerStream;
  readonly check: StreamCheck;
  readonly state: Acknowledging;
  /** Whether an acknowledgement waits for the link. */
  owed = false;
  readonly #timer: Timer | undefined;
  readonly #listener: StreamListener;
  #id = 1;

  /** @param timer ends the time for which segments are held back; none where they are not */
  constructor(
    plan: PeerStream,
    check: StreamCheck,
    listener: StreamListener,
    timer: Timer | undefined,
  ) {
    this.plan = plan;
    this.check = check;
    const { layout, window } = plan;
    const most = Math.min(GATHER_BYTES, window / 4);
    this.state = new Acknowledging(window, timer === undefined ? layout.segment : most);
    this.#timer = timer;
    this.#listener = listener;
    check.onBytes = (at, length) => listener.took(plan.flow, at, length);
  }

  take(address: number, length: number, now: number): void {
    const { state, plan } = this;
    const payload = this.check.check(address, length, now);
    const { layout, flow } = plan;
    const end = layout.segmentsUntil(state.received + payload);
    for (let i = layout.segmentsUntil(state.received); i < end; i++)
      this.#listener.arrived(flow, i, layout.endOf(i) - layout.startOf(i), now);
    state.received += payload;
    state.read = state.received;
    if (state.due) this.owed = true;
    else if (this.#timer !== undefined && !this.#timer.pending)
      this.#timer.schedule(now + GATHER_TIME);
  }

  /** Writes an acknowledgement to `at`; its length. */
  write(host: HostMemory, at: number): number {
    const back = reversed(this.plan.stream);
    writeTcpHeaders(host, at, back, {
      sequence: 1,
      id: this.#id++ & 0xffff,
      flags: TCP_ACK,
      length: 0,
      acknowledged: (this.plan.first + this.state.received) >>> 0,
      window: this.state.window,
      checksum: 'whole',
    });
    this.owed = false;
    this.state.done();
    this.#timer?.cancel();
    return headersOf(back);
  }
}

/**
 * The station at the far end of the link for streams of TCP. It has no processor and no cost: it sends
 * when the link is free, acknowledgements first, and reads what arrives at once. It acknowledges every
 * second segment; where it coalesces, what came within 50 microseconds, up to 64 KiB.
 */
export class StreamPeer implements FrameReceiver, Handler {
  /** Told of each frame that arrives, before it is checked. */
  onFrame: (address: number, length: number) => void = () => {};
  /** Acknowledgements sent, and frames for no stream. */
  acknowledgements = 0;
  strays = 0;
  /** Whether it coalesces what it receives. */
  readonly coalesces: boolean;
  #engine: Engine;
  #host: HostMemory;
  #link: Link;
  #listener: StreamListener;
  #pump: Timer;
  #senders: PeerSender[] = [];
  #receivers: PeerReceiver[] = [];
  #byPort = new Map<number, PeerSender | PeerReceiver>();
  #turn = 0;

  /** @param link the direction towards the machine */
  constructor(
    engine: Engine,
    host: HostMemory,
    link: Link,
    listener: StreamListener,
    coalesces: boolean,
  ) {
    this.#engine = engine;
    this.#host = host;
    this.#link = link;
    this.#listener = listener;
    this.coalesces = coalesces;
    this.#pump = engine.timer(this);
  }

  /** A stream that it sends, from `start` on. */
  send(plan: PeerStream, start: number): void {
    const sender = new PeerSender(plan);
    this.#senders.push(sender);
    this.#byPort.set(plan.stream.sourcePort, sender);
    if (!this.#pump.pending) this.#pump.schedule(start);
  }

  /** A stream that it receives and checks. */
  accept(plan: PeerStream, check: StreamCheck): void {
    const owe: Handler = {
      handle: () => {
        receiver.owed = true;
        this.#wake();
      },
    };
    const timer = this.coalesces ? this.#engine.timer(owe) : undefined;
    const receiver = new PeerReceiver(plan, check, this.#listener, timer);
    this.#receivers.push(receiver);
    this.#byPort.set(plan.stream.destinationPort, receiver);
  }

  receive(address: number, length: number): void {
    this.onFrame(address, length);
    const end = this.#byPort.get(portOf(this.#host, address, length));
    if (end instanceof PeerReceiver) end.take(address, length, this.#engine.now);
    else if (end instanceof PeerSender) {
      const { acknowledged, window } = acknowledgementAt(this.#host, address, end.back);
      end.acknowledge(acknowledged, window);
    } else this.strays++;
    this.#wake();
  }

  /** The link is free: sends one frame, of each stream in turn. */
  handle(): void {
    const { now } = this.#engine;
    const at = this.#link.claim();
    if (at < 0) {
      this.#pump.schedule(Math.max(this.#link.busyUntil, now + MICROSECOND));
      return;
    }
    const length = this.#write(at);
    if (length === 0) return;
    this.#link.send(length, now);
    this.#pump.schedule(Math.max(this.#link.busyUntil, now));
  }

  #wake(): void {
    if (!this.#pump.pending) this.#pump.schedule(Math.max(this.#link.busyUntil, this.#engine.now));
  }

  #write(at: number): number {
    const owing = this.#receivers.find(({ owed }) => owed);
    if (owing !== undefined) {
      this.acknowledgements++;
      return owing.write(this.#host, at);
    }
    const count = this.#senders.length;
    for (let i = 0; i < count; i++) {
      const sender = this.#senders[(this.#turn + i) % count];
      if (!sender.ready) continue;
      this.#turn = (this.#turn + i + 1) % count;
      const { flow, layout } = sender.plan;
      this.#listener.sent(flow, layout.segmentsBefore(sender.sent), this.#engine.now);
      return sender.write(this.#host, at);
    }
    return 0;
  }
}
