import { costsOf, findProfile } from '../../lab/profiles.ts';
import { Engine } from '../../machine/engine/engine.ts';
import { VpciBus } from '../../machine/guest/vpci/bus.ts';
import { MmioSpace } from '../../machine/guest/vpci/mmio-space.ts';
import { GuestMemory } from '../../machine/memory/guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE, PAGE_SIZE } from '../../machine/memory/host-memory.ts';
import { Hypervisor } from '../../machine/partition/hypervisor.ts';
import { Ledger } from '../../machine/partition/ledger.ts';
import { LogicalProcessor } from '../../machine/partition/logical-processor.ts';
import { VirtualProcessor } from '../../machine/partition/virtual-processor.ts';
import { Channel } from '../../machine/vmbus/channel.ts';
import { DESCRIPTOR_WORDS, type Ring } from '../../machine/vmbus/ring.ts';

/** Pages of each ring: those of the Linux driver, with the control page. */
const RING_PAGES = 5;
const TRAILER = 8;

/** What a side wrote, and where. */
export interface Written {
  offset: number;
  bytes: Uint8Array;
}

/** What of a file the guest is set to before it starts. */
export interface GuestSetup {
  versions: readonly number[];
  /** Where the file's guest has its two configuration pages. */
  window: number;
  asksRequirements: boolean;
  /** Offset of the first packet in each ring. */
  start: { toHost: number; toGuest: number };
}

/** Our driver of a virtual PCI bus, over a channel whose other end is the replay. */
export class VpciGuest {
  readonly bus: VpciBus;
  /** Signals that the guest has made. */
  signals = 0;
  #engine = new Engine();
  #host: HostMemory;
  #channel: Channel;
  #toHost: Ring;
  #toGuest: Ring;
  #processor: VirtualProcessor;

  constructor({ versions, window, asksRequirements, start }: GuestSetup) {
    const host = new HostMemory(8 * LARGE_PAGE_SIZE);
    this.#host = host;
    const memory = new GuestMemory(host, LARGE_PAGE_SIZE);
    const hypervisor = new Hypervisor(host);
    const partition = hypervisor.createPartition(memory);
    const costs = costsOf(findProfile('sandybridge-2012'));
    const lp = new LogicalProcessor(this.#engine, new Ledger(), costs);
    this.#processor = new VirtualProcessor(lp, 'guest');
    partition.add(this.#processor);
    const first = memory.allocate(2 * RING_PAGES * PAGE_SIZE) / PAGE_SIZE;
    const pages = Array.from({ length: 2 * RING_PAGES }, (_, i) => first + i);
    this.#channel = new Channel(memory, this.#processor, this.#processor, {
      relid: 1,
      connectionId: 1,
      gpadl: pages,
      downstream: RING_PAGES,
      guestControl: {
        establishGpadl: () => 0,
        teardownGpadl: () => {},
        close: () => {},
        onRescind: undefined,
        signal: () => {
          this.signals++;
        },
      },
    });
    for (const [page, at] of [
      [first, start.toHost],
      [first + RING_PAGES, start.toGuest],
    ])
      for (const index of [0, 4]) memory.write32(page * PAGE_SIZE + index, at);
    this.#toHost = this.#channel.openGuestToRoot();
    this.#toGuest = this.#channel.openRootToGuest();
    this.bus = new VpciBus(this.#channel, {
      hypervisor,
      memory,
      space: new WindowAt(window),
      instance: new Uint8Array(16),
      versions,
      asksRequirements,
    });
  }

  /** Lets the guest do what it can. */
  run(): void {
    this.#engine.run(Infinity, 10_000);
  }

  /** The other side reads all that the guest has written so far. */
  drain(): void {
    const control = this.#pageOf(0, 0) >>> 2;
    this.#host.u32[control + 1] = this.#host.u32[control];
  }

  /** Bytes of the data area of each ring. */
  get ringSize(): number {
    return this.#toHost.dataSize;
  }

  /** Where the guest writes next. */
  get writeOffset(): number {
    return this.#toHost.writeIndex;
  }

  /** The packet at `offset` of the ring to the host, with its trailer; undefined when there is none. */
  packetAt(offset: number): Written | undefined {
    if (offset === this.#toHost.writeIndex) return undefined;
    const word = (at: number) => new DataView(this.#bytes(0, at, 8).buffer).getUint16(4, true);
    return { offset, bytes: this.#bytes(0, offset, word(offset) * 8 + TRAILER) };
  }

  /** The host puts a packet of the file into the guest's ring, and signals it if it must. */
  deliver(packet: Uint8Array): Written & { signal: boolean } {
    const words = new Uint32Array(packet.length >>> 2);
    new Uint8Array(words.buffer).set(packet.subarray(0, 4 * words.length));
    const [first, second] = words;
    const header = (first >>> 16) * 2 - DESCRIPTOR_WORDS;
    const count = (second & 0xffff) * 2;
    const offset = this.#toGuest.writeIndex;
    this.#toGuest.stage(words.slice(0, count), count, first & 0xffff, header, second >>> 16);
    const signal = this.#toGuest.publish();
    const bytes = this.#bytes(1, offset, 4 * count + TRAILER);
    this.#channel.guestEnd?.signalled(this.#processor);
    return { offset, bytes, signal };
  }

  #bytes(direction: 0 | 1, offset: number, length: number): Uint8Array {
    const size = this.#toHost.dataSize;
    return Uint8Array.from({ length }, (_, i) => {
      const at = (offset + i) % size;
      return this.#host.bytes[
        this.#pageOf(direction, 1 + Math.floor(at / PAGE_SIZE)) + (at % PAGE_SIZE)
      ];
    });
  }

  #pageOf(direction: 0 | 1, page: number): number {
    const { gpadl, guestMemory } = this.#channel;
    return guestMemory.frameOf(gpadl[direction * RING_PAGES + page]) * PAGE_SIZE;
  }
}

/** Addresses for registers, the configuration pages at the place that the file has. */
class WindowAt extends MmioSpace {
  #window: number;

  constructor(window: number) {
    super(0x100000000, 0x1000000000);
    this.#window = window;
  }

  override allocate(size: number): number {
    // The only region of this size: registers of a function come before it, in powers of two from 16 up.
    return size === 0x2000 && this.#window >= 0 ? this.#window : super.allocate(size);
  }
}
