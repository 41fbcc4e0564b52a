import { costsOf, findProfile } from '../../lab/profiles.ts';
import { UsageError } from '../../lab/usage.ts';
import { Engine } from '../../machine/engine/engine.ts';
import { Requestor } from '../../machine/guest/netvsc/requestor.ts';
import { SendBuffer } from '../../machine/guest/netvsc/send-buffer.ts';
import { type SendingRing, Transmitter } from '../../machine/guest/netvsc/transmitter.ts';
import { GuestMemory } from '../../machine/memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE, PAGE_SIZE } from '../../machine/memory/host-memory.ts';
import { Ledger } from '../../machine/partition/ledger.ts';
import { LogicalProcessor } from '../../machine/partition/logical-processor.ts';
import { VirtualProcessor } from '../../machine/partition/virtual-processor.ts';
import { PACKET_GPA_DIRECT, Ring } from '../../machine/vmbus/ring.ts';

/** Pages of the ring: those of the Linux driver by default. */
const RING_PAGES = 128;
/** Guest memory that a file may use, beyond its base. */
const MOST_MEMORY = 256 * LARGE_PAGE_SIZE;
const SLOTS = 1024;

/** A packet that the driver wants in its ring. */
interface Packet {
  words: Uint32Array;
  type: number;
  headerWords: number;
  flags: number;
}

/** A ring that keeps what is written until the replay comes to it. */
class PendingRing implements SendingRing {
  readonly packets: Packet[] = [];
  pendingSendSize = 0;

  write(
    words: Uint32Array,
    count: number,
    type: number,
    headerWords: number,
    flags: number,
    transaction: number,
  ): 0 | 1 | 2 {
    words[2] = transaction;
    words[3] = transaction / 4294967296;
    this.stage(words, count, type, headerWords, flags);
    return 1;
  }

  stage(
    words: Uint32Array,
    count: number,
    type: number,
    headerWords: number,
    flags: number,
  ): boolean {
    this.packets.push({ words: words.slice(0, count), type, headerWords, flags });
    return true;
  }

  publish(): boolean {
    return false;
  }
}

/** What a packet became in the ring. */
export interface Written {
  offset: number;
  bytes: Uint8Array;
  signal: boolean;
}

/**
 * The driver's parts over memory of their own. Guest addresses of a file count from its base; the ring is a
 * real one, whose other side reads only when the replay says that it did.
 */
export class NetvscGuest {
  readonly memory: GuestMemory;
  readonly requestor: Requestor;
  readonly transmitter: Transmitter;
  /** Bytes that the file's guest-physical addresses are above ours. */
  readonly base: number;
  #pending = new PendingRing();
  #ring: Ring;
  #host: HostMemory;
  #ringPages: number[];

  /** @param start offset of the first packet, @param transaction its number */
  constructor(base: number, top: number, start: number, transaction: number) {
    const size = Math.max(top - base, 0) + LARGE_PAGE_SIZE;
    if (!(size <= MOST_MEMORY))
      throw new UsageError('vectors: netvsc: addresses are too far apart');
    this.base = base;
    const host = new HostMemory(size + 4 * LARGE_PAGE_SIZE);
    this.#host = host;
    this.memory = new GuestMemory(host, size);
    const control = host.allocate(RING_PAGES * PAGE_SIZE);
    this.#ringPages = Array.from({ length: RING_PAGES }, (_, i) => control + i * PAGE_SIZE);
    host.u32[control >>> 2] = start;
    host.u32[(control >>> 2) + 1] = start;
    this.#ring = new Ring(host, this.#ringPages);
    this.requestor = new Requestor(SLOTS, transaction);
    const lp = new LogicalProcessor(
      new Engine(),
      new Ledger(),
      costsOf(findProfile('sandybridge-2012')),
    );
    this.transmitter = new Transmitter(
      this.memory,
      new VirtualProcessor(lp, 'guest'),
      this.#pending,
      new SendBuffer(this.memory, 0, 0, 0),
      this.requestor,
    );
  }

  /** Packets that the driver has written and the replay has not come to. */
  get waiting(): number {
    return this.#pending.packets.length;
  }

  /** The packet that the driver has written last, as it stands before the ring gets it. */
  get last(): Packet | undefined {
    return this.#pending.packets.at(-1);
  }

  /** The other side reads all that is in the ring. */
  drain(): void {
    const control = this.#ringPages[0] >>> 2;
    this.#host.u32[control + 1] = this.#host.u32[control];
  }

  /** Puts the next packet into the ring; undefined when there is none. */
  write(): Written | undefined {
    const packet = this.#pending.packets.shift();
    if (packet === undefined) return undefined;
    const { words, type, headerWords, flags } = packet;
    this.#relocate(words, type);
    const offset = this.#ring.writeIndex;
    this.#ring.stage(words, words.length, type, headerWords, flags);
    const signal = this.#ring.publish();
    const bytes = new Uint8Array(Math.ceil(words.length / 2) * 8 + 8);
    for (let i = 0; i < bytes.length; i++) {
      const at = (offset + i) % this.#ring.dataSize;
      bytes[i] =
        this.#host.bytes[this.#ringPages[1 + Math.floor(at / PAGE_SIZE)] + (at % PAGE_SIZE)];
    }
    return { offset, bytes, signal };
  }

  /** Page numbers as the file counts them. */
  #relocate(words: Uint32Array, type: number): void {
    if (type !== PACKET_GPA_DIRECT) return;
    for (let range = 0; range < words[5]; range++) {
      const at = 6 + 4 * range + 2;
      const page = words[at] + words[at + 1] * 4294967296 + this.base / PAGE_SIZE;
      words[at] = page;
      words[at + 1] = page / 4294967296;
    }
  }
}
