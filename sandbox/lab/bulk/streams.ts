import { BulkSocket } from '../../machine/guest/bulk-socket.ts';
import { StreamReceiver } from '../../machine/guest/stream-receiver.ts';
import { StreamStack } from '../../machine/guest/stream-stack.ts';
import { makeMac } from '../../machine/net/frame.ts';
import { StreamCheck, StreamPattern } from '../../machine/net/stream-check.ts';
import { StreamLayout } from '../../machine/net/stream-layout.ts';
import type { TcpStream } from '../../machine/net/tcp.ts';
import { type PeerStream, StreamPeer } from '../../machine/wire/stream-peer.ts';
import type { PathName } from '../report.ts';
import type { Testbed } from '../testbed.ts';
import { coalescingOf } from './config.ts';
import type { BulkConfig, BulkFigures } from './figures.ts';
import { segmentOf } from './options.ts';
import { StreamMeasurement } from './stream-measurement.ts';

/** What an application hands over in one call. */
const WRITE = 65536;
/** Sequence numbers pass 2^32 on their way. */
const FIRST = 0xfffe_0000;
/** Bytes of a stream that lasts as long as the run. */
const ENDLESS = 2 ** 40;
/** Ports: of guests that send and receive, of the far end that receives and sends. */
const GUEST_SENDS = 49152;
const GUEST_RECEIVES = 5001;
const PEER_SENDS = 20000;
const PEER_RECEIVES = 6001;

type Way = 'tx' | 'rx';

/** The streams of a bulk transfer: for each queue of each virtual machine one in each direction that is asked for. */
export class BulkStreams {
  readonly checks: StreamCheck[] = [];
  readonly peer: StreamPeer;
  #bed: Testbed;
  #path: PathName;
  #bulk: BulkConfig;
  #layout: StreamLayout;
  #stacks: StreamStack[];
  #queues: number;
  #ways: Record<Way, StreamMeasurement | undefined>;
  #sockets: BulkSocket[] = [];
  #receivers: StreamReceiver[] = [];
  #peerStreams: PeerStream[] = [];

  /** @param queues of each adapter */
  constructor(path: PathName, bed: Testbed, queues: number) {
    const { config, host, adapters } = bed;
    const { bulk } = config;
    if (bulk === undefined) throw new RangeError('BulkStreams: no bulk transfer');
    this.#bed = bed;
    this.#path = path;
    this.#bulk = bulk;
    this.#queues = queues;
    const segment = segmentOf(config, bulk.ipv6);
    this.#layout = new StreamLayout(bulk.bytes ?? ENDLESS, WRITE, segment);
    this.#ways = this.#measurements();
    const { tx, rx } = this.#ways;
    const listener = {
      sent: (flow: number, index: number, time: number) => rx?.sent(flow, index, time),
      arrived: (flow: number, index: number, length: number, time: number) =>
        tx?.arrived(flow, index, length, time),
      took: (flow: number, at: number, length: number) => tx?.took(flow, at, length),
    };
    const coalesces = bulk.coalescing !== false;
    this.peer = new StreamPeer(host.engine, host.memory, host.lineIn, listener, coalesces);
    host.connectPeer(this.peer);
    this.#stacks = adapters.map(({ device }) => new StreamStack(device));
    for (let flow = 0; flow < this.#flows; flow++) this.#addFlow(flow);
  }

  /** Everybody begins to send. */
  begin(): void {
    const { start } = this.#bed;
    for (const socket of this.#sockets) socket.start(start);
    for (const stream of this.#peerStreams) this.peer.send(stream, start);
  }

  /** Segments that have not arrived. */
  get lost(): number {
    return this.lostOf('tx') + this.lostOf('rx');
  }

  /** The same of one direction. A stream that lasts as long as the run is never over, and lacks nothing. */
  lostOf(way: Way): number {
    const delivered = this.#ways[way]?.delivered;
    if (delivered === undefined || this.#bulk.bytes === undefined) return 0;
    return this.#layout.segments * this.#flows - delivered;
  }

  /** What a report has beside the usual. */
  get report(): { bulk: BulkFigures } {
    const sum = (of: readonly { frames: number }[]) =>
      of.reduce((all, { frames }) => all + frames, 0);
    const sent = Math.max(1, this.#ways.tx?.delivered ?? 0);
    const received = Math.max(1, this.#ways.rx?.delivered ?? 0);
    const own = this.#receivers.reduce((all, { acknowledgements }) => all + acknowledgements, 0);
    const coalescedIn = coalescingOf(this.#path, this.#bed.config);
    return {
      bulk: {
        ...(coalescedIn === undefined ? {} : { coalescedIn }),
        framesPerSegmentSent: sum(this.#sockets) / sent,
        framesPerSegmentReceived: sum(this.#receivers) / received,
        acknowledgementsSent: own / received,
        acknowledgementsReceived: this.peer.acknowledgements / sent,
      },
    };
  }

  get #flows(): number {
    const { vms, queues } = this.#bed.config;
    return vms * queues;
  }

  #measurements(): Record<Way, StreamMeasurement | undefined> {
    const { ends, config } = this.#bed;
    const { measurement, ways } = ends;
    const one = () => new StreamMeasurement([{ measurement, offset: 0 }]);
    if (ways === undefined)
      return config.direction === 'tx'
        ? { tx: one(), rx: undefined }
        : { tx: undefined, rx: one() };
    const of = (way: Way, offset: number) =>
      new StreamMeasurement([
        { measurement: ways[way], offset: 0 },
        { measurement, offset },
      ]);
    return { tx: of('tx', 0), rx: of('rx', this.#flows) };
  }

  #addFlow(flow: number): void {
    const { adapters, config } = this.#bed;
    const index = Math.min(Math.floor(flow / config.queues), adapters.length - 1);
    const queue = (flow - index * config.queues) % this.#queues;
    const pattern = new StreamPattern(config.seed * 65536 + flow);
    const { ipv6, window } = this.#bulk;
    const guest = adapters[index].macAddress;
    const peer = makeMac(2, 0);
    const layout = this.#layout;
    const outward: TcpStream = {
      source: guest,
      destination: peer,
      sourcePort: GUEST_SENDS + flow,
      destinationPort: PEER_RECEIVES + flow,
      ipv6,
    };
    const inward: TcpStream = {
      source: peer,
      destination: guest,
      sourcePort: PEER_SENDS + flow,
      destinationPort: GUEST_RECEIVES + flow,
      ipv6,
    };
    const common = { flow, layout, pattern, first: FIRST, window };
    const { tx, rx } = this.#ways;
    if (tx !== undefined) this.#sends({ ...common, stream: outward }, index, queue, tx);
    if (rx !== undefined) this.#receives({ ...common, stream: inward }, index, queue, rx);
  }

  #sends(plan: PeerStream, index: number, queue: number, tx: StreamMeasurement): void {
    const { adapters } = this.#bed;
    const { stream, layout, pattern, flow, first, window } = plan;
    const { bytes, write, segment } = layout;
    const { checksum, segmentation } = this.#bulk;
    const own = { bytes, write, segment, first, checksum, segmentation, window };
    const { device } = adapters[index];
    const socket = new BulkSocket(device, queue, stream, own, pattern, flow, tx);
    this.#stacks[index].send(stream, socket);
    this.#sockets.push(socket);
    this.peer.accept(plan, this.#check(plan));
  }

  #receives(plan: PeerStream, index: number, queue: number, rx: StreamMeasurement): void {
    const { adapters, config } = this.#bed;
    const { stream, layout, flow, first, window } = plan;
    const coalesces = coalescingOf(this.#path, config) === 'stack';
    const own = { flow, queue, queues: this.#queues, stream, layout, window, coalesces };
    const { device } = adapters[index];
    const receiver = new StreamReceiver(device, own, this.#check(plan), first, rx);
    this.#stacks[index].receive(receiver);
    this.#receivers.push(receiver);
    this.#peerStreams.push(plan);
  }

  #check({ stream, pattern, first }: PeerStream): StreamCheck {
    const check = new StreamCheck(this.#bed.host.memory, stream, pattern, first);
    this.checks.push(check);
    return check;
  }
}
