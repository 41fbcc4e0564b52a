import type { GuestMemory } from '../memory/guest-memory.ts';
import { PAGE_SIZE } from '../memory/host-memory.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import { Ring } from './ring.ts';

/** Vector on which a partition's processors take VMBus signals (the SynIC's SINT 2). */
export const VMBUS_VECTOR = 2;

/** The first handle that a guest gives out. */
const FIRST_GPADL = 0xe1e11;

/** One end of a channel: what the other side's signal wakes. */
export interface ChannelEnd {
  signalled(processor: VirtualProcessor): void;
}

/**
 * A channel between a guest and the root: a ring in each direction in guest memory, described to the
 * root by the guest's page list (GPADL), and a processor to signal on each side.
 */
export class Channel {
  readonly guestMemory: GuestMemory;
  /** Guest page numbers of both rings: the send ring's first. */
  readonly gpadl: number[];
  readonly guestProcessor: VirtualProcessor;
  readonly rootProcessor: VirtualProcessor;
  guestEnd: ChannelEnd | undefined;
  rootEnd: ChannelEnd | undefined;
  /** Why the root closed the channel, once it has. */
  closedBecause: string | undefined;
  #pagesPerRing: number;
  #gpadls = new Map<number, readonly number[]>();
  #nextGpadl = FIRST_GPADL;

  /** The guest allocates the rings, `pagesPerRing` pages each with the control page. */
  constructor(
    memory: GuestMemory,
    guest: VirtualProcessor,
    root: VirtualProcessor,
    pagesPerRing: number,
  ) {
    this.guestMemory = memory;
    this.guestProcessor = guest;
    this.rootProcessor = root;
    this.#pagesPerRing = pagesPerRing;
    const first = memory.allocate(2 * pagesPerRing * PAGE_SIZE) / PAGE_SIZE;
    this.gpadl = Array.from({ length: 2 * pagesPerRing }, (_, i) => first + i);
  }

  /** A side's view of the ring from guest to root. */
  openGuestToRoot(): Ring {
    return new Ring(this.guestMemory.host, this.#hostPages(0));
  }

  /** A side's view of the ring from root to guest. */
  openRootToGuest(): Ring {
    return new Ring(this.guestMemory.host, this.#hostPages(this.#pagesPerRing));
  }

  /** The guest describes pages to the root, by their numbers; `done` is called with the handle. */
  establishGpadl(pages: readonly number[], done: (handle: number) => void): void {
    const handle = this.#nextGpadl++;
    this.#gpadls.set(handle, pages);
    done(handle);
  }

  /** What the guest has described under `handle`: numbers of guest pages. */
  pagesOf(handle: number): readonly number[] | undefined {
    return this.#gpadls.get(handle);
  }

  #hostPages(from: number): number[] {
    return this.gpadl
      .slice(from, from + this.#pagesPerRing)
      .map((page) => this.guestMemory.frameOf(page) * PAGE_SIZE);
  }
}
