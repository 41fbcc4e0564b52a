import type { GuestMemory } from '../memory/guest-memory.ts';
import { PAGE_SIZE } from '../memory/host-memory.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import { Ring } from './ring.ts';

/** Vector on which a partition's processors take VMBus signals (the SynIC's SINT 2). */
export const VMBUS_VECTOR = 2;

/** The buffers that a guest shares with its provider, as guest-physical addresses and counts. */
export interface SharedBuffers {
  send: number;
  sendSections: number;
  receive: number;
  receiveSections: number;
  receiveSectionSize: number;
}

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
    return new Ring(this.guestMemory.host, this.ringPages(0));
  }

  /** A side's view of the ring from root to guest. */
  openRootToGuest(): Ring {
    return new Ring(this.guestMemory.host, this.ringPages(1));
  }

  /** Host pages of the ring from the guest (0) or to it (1). */
  protected ringPages(direction: 0 | 1): number[] {
    const from = direction * this.#pagesPerRing;
    return this.gpadl
      .slice(from, from + this.#pagesPerRing)
      .map((page) => this.guestMemory.frameOf(page) * PAGE_SIZE);
  }
}
