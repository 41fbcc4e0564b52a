import { HostMemory, PAGE_SIZE } from '../machine/memory/host-memory.ts';
import { DESCRIPTOR_WORDS, PACKET_IN_BAND, Ring } from '../machine/vmbus/ring.ts';
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
   * Signals by the monitor page: the writer sets a bit, and the hypervisor looks at it this often. Each
   * signal is a hypercall when left out. The facts give 100 as the order of magnitude.
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

const WORDS = DESCRIPTOR_WORDS + 8;

/**
 * A writer and a reader on one ring with a clock: how often it takes a signal, and what a packet waits,
 * by how busy the ring is and by how signals travel.
 * @throws UsageError for numbers out of range
 */
export function ringTraffic(options: RingTrafficOptions): RingTrafficReport {
  const { packets = 1000, gap, service = 2, monitorLatency = 0 } = options;
  const inRange = (value: number, min: number) => value >= min && value <= 1e6;
  if (!(Number.isInteger(packets) && packets >= 1 && packets <= 100_000))
    throw new UsageError(`packets: ${packets} is not 1 to 100000`);
  if (!inRange(gap, 0.01) || !inRange(service, 0.01) || !inRange(monitorLatency, 0))
    throw new UsageError('gap and service are 0.01 to 1e6 µs, and monitorLatency 0 to 1e6');
  return new Traffic(options, packets, gap, service, monitorLatency).run();
}

class Traffic {
  #writer: Ring;
  #reader: Ring;
  #packets: number;
  #gap: number;
  #service: number;
  #monitor: number;
  #wake: number;
  #signalCycles: number;
  #signalTime: number;
  #signals = 0;
  #sentAt: number[] = [];
  #total = 0;
  #max = 0;
  #done = 0;
  #awakeAt = Infinity;
  #into = new Uint32Array(64);

  constructor(
    { profile = 'sandybridge-2012' }: RingTrafficOptions,
    packets: number,
    gap: number,
    service: number,
    monitor: number,
  ) {
    const host = new HostMemory(1);
    const pages = [PAGE_SIZE, ...[2, 3, 4, 5].map((page) => page * PAGE_SIZE)];
    this.#writer = new Ring(host, pages);
    this.#reader = new Ring(host, pages);
    const costs = costsOf(findProfile(profile));
    this.#packets = packets;
    this.#gap = gap;
    this.#service = service;
    this.#monitor = monitor;
    this.#wake = (costs.rootWake + (costs.interruptInject * 1e12) / costs.hertz) / 1e6;
    this.#signalCycles = monitor > 0 ? 0 : costs.doorbellKick;
    this.#signalTime = (this.#signalCycles / costs.hertz) * 1e6;
  }

  run(): RingTrafficReport {
    let writeAt = 0;
    for (let left = this.#packets; left > 0 || this.#done < this.#sentAt.length; ) {
      if (left > 0 && writeAt <= this.#awakeAt) {
        const wrote = this.#write(writeAt);
        if (wrote) left--;
        // A full ring: the writer looks again when the reader has done something.
        writeAt = wrote ? writeAt + this.#gap : this.#awakeAt + 0.001;
      } else this.#read();
    }
    const { length } = this.#sentAt;
    return {
      packets: length,
      signals: this.#signals,
      hypercalls: this.#monitor > 0 ? 0 : this.#signals,
      signalsPerPacket: this.#signals / length,
      signalCyclesPerPacket: (this.#signals * this.#signalCycles) / length,
      latencyUs: { mean: this.#total / length, max: this.#max },
    };
  }

  #write(now: number): boolean {
    const words = new Uint32Array(WORDS);
    const written = this.#writer.write(words, WORDS, PACKET_IN_BAND, 0, 0, this.#sentAt.length);
    if (written === 0) return false;
    this.#sentAt.push(now);
    if (written < 2 || this.#awakeAt !== Infinity) return true;
    this.#signals++;
    this.#awakeAt = this.#told(now) + this.#wake;
    return true;
  }

  /** When the signal arrives: after the hypercall, or when the hypervisor looks at the page next. */
  #told(now: number): number {
    if (this.#monitor === 0) return now + this.#signalTime;
    return (Math.floor(now / this.#monitor) + 1) * this.#monitor;
  }

  /** The reader's next step: a packet, or to sleep. */
  #read(): void {
    const now = this.#awakeAt;
    this.#reader.masked = true;
    if (this.#reader.read(this.#into) <= 0) {
      this.#awakeAt = this.#reader.endBatch() ? Infinity : now;
      return;
    }
    this.#reader.commit();
    this.#awakeAt = now + this.#service;
    const latency = this.#awakeAt - this.#sentAt[this.#done++];
    this.#total += latency;
    if (latency > this.#max) this.#max = latency;
  }
}
