import { MICROSECOND } from '../machine/engine/engine.ts';
import { LARGE_PAGE_SIZE } from '../machine/memory/host-memory.ts';
import {
  ACTIVITIES,
  DRIVER,
  GUEST_KERNEL,
  HYPERCALL,
  HYPERVISOR,
  RING,
} from '../machine/partition/ledger.ts';
import type { Task, VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import type { Channel, ChannelEnd } from '../machine/vmbus/channel.ts';
import { DESCRIPTOR_WORDS, PACKET_IN_BAND, type Ring } from '../machine/vmbus/ring.ts';
import { signalGuest } from '../machine/vmbus/signals.ts';
import { HyperVHost } from './host.ts';
import { costsOf, findProfile } from './profiles.ts';
import { UsageError } from './usage.ts';

/** What `ringTraffic` takes. Times in microseconds. */
export interface RingTrafficOptions {
  /** Packets to send, 1 to 100000; 1000 when left out. */
  packets?: number;
  /** From one packet of the writer to the next. */
  gap: number;
  /** What the reader spends on a packet; 2 when left out. */
  service?: number;
  /**
   * Signals by the monitor page: the writer sets a bit, and the hypervisor looks at it this often, 10 to
   * 6553. Each signal is a hypercall when left out. The facts give 100 as the order of magnitude.
   */
  monitorLatency?: number;
  /** Cost profile, for the hypercall and for waking the reader; 'sandybridge-2012' when left out. */
  profile?: string;
}

/** What a run of the ring came to. */
export interface RingTrafficReport {
  packets: number;
  /** Times that the writer had to tell the reader, and how many of those were hypercalls. */
  signals: number;
  hypercalls: number;
  signalsPerPacket: number;
  /** Cycles of hypercalls for a packet. */
  signalCyclesPerPacket: number;
  /** From the write of a packet until the reader is through with it, in microseconds. */
  latencyUs: { mean: number; max: number };
}

/** A device of no kind that there is. */
const CLASS = '00000000-0000-0000-0000-000000000005';
const WORDS = DESCRIPTOR_WORDS + 8;
/** Control page and four of data, in each direction. */
const RING_PAGES = 5;
/** Latencies of the monitor page, in microseconds. */
const SHORTEST = 10;
const LONGEST = 6553;

/**
 * A writer in a guest and a reader in the root on one channel of the bus: how often it takes a signal, and
 * what a packet waits, by how busy the ring is and by how signals travel. The writer puts a packet into the
 * ring every `gap`, or as soon after that as its processor gets to it.
 * @throws UsageError for numbers out of range
 */
export function ringTraffic(options: RingTrafficOptions): RingTrafficReport {
  const {
    packets = 1000,
    gap,
    service = 2,
    monitorLatency,
    profile = 'sandybridge-2012',
  } = options;
  const inRange = (value: number, min: number, max: number) => value >= min && value <= max;
  if (!(Number.isInteger(packets) && inRange(packets, 1, 100_000)))
    throw new UsageError(`packets: ${packets} is not 1 to 100000`);
  if (!inRange(gap, 0.01, 1e6) || !inRange(service, 0.01, 1e6))
    throw new UsageError('gap and service are 0.01 to 1e6 µs');
  if (monitorLatency !== undefined && !inRange(monitorLatency, SHORTEST, LONGEST))
    throw new UsageError(
      `monitorLatency: ${monitorLatency} is not ${SHORTEST} to ${LONGEST} µs; leave it out for hypercalls`,
    );
  const { host, channel } = openChannel(profile, monitorLatency);
  const reader = new Reader(host, channel, packets, service * MICROSECOND);
  const writer = new Writer(channel, reader.sentAt, gap * MICROSECOND);
  host.ledger.reset();
  writer.start(host.engine.now + MICROSECOND);
  host.engine.run();
  const { ledger } = host;
  return {
    packets,
    signals: writer.signals,
    hypercalls: ledger.hypercalls,
    signalsPerPacket: writer.signals / packets,
    signalCyclesPerPacket: ledger.cycles[HYPERVISOR * ACTIVITIES.length + HYPERCALL] / packets,
    latencyUs: { mean: reader.total / packets / MICROSECOND, max: reader.max / MICROSECOND },
  };
}

/** A host with one guest, and a channel between them that came about as any other. */
function openChannel(profile: string, monitorLatency: number | undefined) {
  const host = new HyperVHost({
    costs: costsOf(findProfile(profile)),
    lineGbps: 1,
    rootCores: 1,
    maxFrame: 1514,
    guestBytes: LARGE_PAGE_SIZE,
    postedInterrupts: false,
  });
  const channel = host.newVM({ memoryBytes: LARGE_PAGE_SIZE }).vmbus.open({
    offer: {
      classId: CLASS,
      instanceId: CLASS,
      monitorLatency: monitorLatency === undefined ? undefined : monitorLatency * 10,
    },
    ringPages: RING_PAGES,
    targetVp: () => 0,
    root: () => host.root[0],
  });
  return { host, channel };
}

/**
 * The guest's end: a packet every `gap` picoseconds; in between its processor is busy making the next one. A
 * full ring has it wait for the reader's signal.
 */
class Writer implements ChannelEnd, Task {
  signals = 0;
  #channel: Channel;
  #ring: Ring;
  #sentAt: Float64Array;
  #gap: number;
  #startAt = 0;
  #waiting = -1;
  #words = new Uint32Array(WORDS);

  constructor(channel: Channel, sentAt: Float64Array, gap: number) {
    this.#channel = channel;
    this.#sentAt = sentAt;
    this.#gap = gap;
    this.#ring = channel.openGuestToRoot();
    this.#ring.initialize();
    channel.guestEnd = this;
    channel.guestProcessor.outsideCode = true;
  }

  start(at: number): void {
    this.#channel.guestProcessor.post(this, 0, at);
  }

  /** Writes packet `n`. */
  run(processor: VirtualProcessor, n: number): void {
    if (n === 0) this.#startAt = processor.local;
    processor.charge(GUEST_KERNEL, RING, processor.lp.costs.ringPacket, 'put a packet');
    const written = this.#ring.write(this.#words, WORDS, PACKET_IN_BAND, 0, 0, n);
    if (written === 0) {
      this.#waiting = n;
      this.#ring.pendingSendSize = WORDS * 8;
      return;
    }
    this.#sentAt[n] = processor.local;
    if (written === 2) {
      this.signals++;
      this.#channel.guestControl?.signal(processor);
    }
    const next = n + 1;
    if (next < this.#sentAt.length)
      processor.post(this, next, Math.round(this.#startAt + next * this.#gap));
  }

  /** There is room again. */
  signalled(processor: VirtualProcessor): void {
    if (this.#waiting < 0) return;
    const n = this.#waiting;
    this.#waiting = -1;
    this.#ring.pendingSendSize = 0;
    processor.post(this, n, processor.local);
  }
}

/** The root's end: takes one packet after another, and sleeps when the ring is empty. */
class Reader implements ChannelEnd, Task {
  /** When each packet lay in the ring, by the writer. */
  readonly sentAt: Float64Array;
  /** Picoseconds from there until the reader was through with it. */
  total = 0;
  max = 0;
  #host: HyperVHost;
  #channel: Channel;
  #ring: Ring;
  #service: number;
  #done = 0;
  #awake = false;
  #into = new Uint32Array(64);

  constructor(host: HyperVHost, channel: Channel, packets: number, service: number) {
    this.#host = host;
    this.#channel = channel;
    this.#ring = channel.openGuestToRoot();
    this.#service = service;
    this.sentAt = new Float64Array(packets);
    channel.rootEnd = this;
  }

  signalled(processor: VirtualProcessor): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#ring.beginRead();
    processor.post(this, 0, processor.local);
  }

  run(processor: VirtualProcessor): void {
    if (this.#ring.read(this.#into) > 0) {
      const cycles = processor.lp.cyclesIn(this.#service);
      processor.charge(processor.kernel, DRIVER, cycles, 'take a packet');
      if (this.#ring.commit()) signalGuest(this.#host.hypervisor, processor, this.#channel);
      const latency = processor.local - this.sentAt[this.#done++];
      this.total += latency;
      if (latency > this.max) this.max = latency;
    } else if (this.#ring.endBatch()) {
      this.#awake = false;
      return;
    }
    processor.post(this, 0, processor.local);
  }
}
