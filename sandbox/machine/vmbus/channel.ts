import type { GuestMemory } from '../memory/guest-memory.ts';
import { PAGE_SIZE } from '../memory/host-memory.ts';
import type { VirtualProcessor } from '../partition/virtual-processor.ts';
import type { GpadlRange } from './gpadl.ts';
import type { InterruptPage } from './interrupt-page.ts';
import { Ring } from './ring.ts';

/** Vector on which a partition's processors take VMBus signals (the SynIC's SINT 2). */
export const VMBUS_VECTOR = 2;

/** One end of a channel: what the other side's signal wakes. */
export interface ChannelEnd {
  signalled(processor: VirtualProcessor): void;
}

/** What a guest's driver asks of its bus for a channel. */
export interface GuestControl {
  /** Describes memory to the host. Returns the handle, which holds once `then` has the status 0. */
  establishGpadl(range: GpadlRange, then?: (status: number) => void): number;
  /** Takes memory back; it is the guest's alone once `then` is called. */
  teardownGpadl(handle: number, then?: () => void): void;
  /** Closes the channel; `then` is called when its rings are the guest's alone. */
  close(then?: () => void): void;
  /** Called when the host has taken the channel away. */
  onRescind: (() => void) | undefined;
  /** Tells the root that a ring of the channel is not empty any more, in the way that its offer says. */
  signal(processor: VirtualProcessor): void;
}

/** What a service provider asks of the root's bus for a channel. */
export interface HostControl {
  /** Pages that the guest described under `handle` for this channel; undefined when it did not. */
  gpadl(handle: number): readonly number[] | undefined;
  /** Takes the offer back: the channel is closed, and the guest is told. */
  rescind(): void;
}

/** An opened channel: its number, what signals the root, and where the guest has put its rings. */
export interface ChannelPlace {
  relid: number;
  connectionId: number;
  /** Guest page numbers of both rings, the ring to the root first. */
  gpadl: readonly number[];
  /** Pages of the ring to the root. */
  downstream: number;
  /** Where the root says that it means this channel; event flags do when left out. */
  interruptPage?: InterruptPage;
  guestControl?: GuestControl;
  hostControl?: HostControl;
}

/**
 * A channel between a guest and the root that has been opened: a ring in each direction in guest memory,
 * described to the root by the guest's page list (GPADL), and a processor to signal on each side.
 */
export class Channel {
  readonly guestMemory: GuestMemory;
  /** Its number in the guest, and its event flag there. */
  readonly relid: number;
  /** What the guest signals the root by. */
  readonly connectionId: number;
  /** The root's port behind that. */
  portId = 0;
  /** Guest page numbers of both rings: the send ring's first. */
  readonly gpadl: readonly number[];
  guestProcessor: VirtualProcessor;
  readonly rootProcessor: VirtualProcessor;
  guestEnd: ChannelEnd | undefined;
  rootEnd: ChannelEnd | undefined;
  guestControl: GuestControl | undefined;
  readonly hostControl: HostControl | undefined;
  /** Why the channel was closed, once it has been. */
  closedBecause: string | undefined;
  /** How the root signals the guest before version 2.4. */
  readonly interruptPage: InterruptPage | undefined;
  #downstream: number;

  constructor(
    memory: GuestMemory,
    guest: VirtualProcessor,
    root: VirtualProcessor,
    place: ChannelPlace,
  ) {
    this.guestMemory = memory;
    this.guestProcessor = guest;
    this.rootProcessor = root;
    this.relid = place.relid;
    this.connectionId = place.connectionId;
    this.gpadl = place.gpadl;
    this.guestControl = place.guestControl;
    this.hostControl = place.hostControl;
    this.interruptPage = place.interruptPage;
    this.#downstream = place.downstream;
  }

  /** The root gives the channel up: nobody there touches its rings again, and the guest is told. */
  close(reason: string): void {
    this.closedBecause ??= reason;
    this.hostControl?.rescind();
  }

  /** A side's view of the ring from guest to root. */
  openGuestToRoot(): Ring {
    return new Ring(this.guestMemory.host, this.ringPages(0));
  }

  /** A side's view of the ring from root to guest. */
  openRootToGuest(): Ring {
    return new Ring(this.guestMemory.host, this.ringPages(1));
  }

  /** Host addresses of the pages of the ring from the guest (0) or to it (1). */
  protected ringPages(direction: 0 | 1): number[] {
    const [from, to] = direction === 0 ? [0, this.#downstream] : [this.#downstream];
    return this.gpadl.slice(from, to).map((page) => this.guestMemory.frameOf(page) * PAGE_SIZE);
  }
}
