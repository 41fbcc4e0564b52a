import { VmbusDriver } from '../machine/guest/vmbus/bus-driver.ts';
import { VmbusConnection } from '../machine/guest/vmbus/connection.ts';
import type { GuestChannel } from '../machine/guest/vmbus/guest-channel.ts';
import { PartitionPages } from '../machine/host/vmbus/guest-pages.ts';
import type {
  HostChannel,
  OfferSettings,
  OpenedRings,
} from '../machine/host/vmbus/host-channel.ts';
import { GuestBus } from '../machine/host/vmbus/server.ts';
import type { GuestMemory } from '../machine/memory/guest-memory.ts';
import { PAGE_SIZE } from '../machine/memory/host-memory.ts';
import type { VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import { Channel } from '../machine/vmbus/channel.ts';
import { MessagePipe } from '../machine/vmbus/message-pipe.ts';
import { UsageError } from './usage.ts';

/** A device's channel as the lab wants it. */
export interface ChannelRequest {
  offer: OfferSettings;
  /** Pages of each ring, with the control page. */
  ringPages: number;
  /** Processor of the guest that takes the channel's interrupts, by index. */
  targetVp: number;
  root: VirtualProcessor;
}

/** The VMBus of one virtual machine: the guest's connection, the root's side, and what joins them. */
export class MachineBus {
  readonly host: GuestBus;
  readonly connection: VmbusConnection;
  readonly driver: VmbusDriver;
  readonly messages = new MessagePipe();
  #memory: GuestMemory;
  #processors: readonly VirtualProcessor[];
  #started = false;

  constructor(memory: GuestMemory, processors: readonly VirtualProcessor[]) {
    this.#memory = memory;
    this.#processors = processors;
    const { messages } = this;
    this.host = new GuestBus(messages, {
      pages: new PartitionPages(memory),
      processors: processors.length,
    });
    const page = () => memory.allocate(PAGE_SIZE);
    const pages = { interrupt: page(), monitor1: page(), monitor2: page() };
    this.connection = new VmbusConnection(messages, pages);
    this.driver = new VmbusDriver(this.connection, memory);
    messages.join(this.connection, this.host);
  }

  /**
   * The root offers a channel; the guest's driver opens it.
   * @throws UsageError when guest and root do not come to terms
   */
  open(request: ChannelRequest): Channel {
    const { offer, ringPages, targetVp } = request;
    let opened: Channel | undefined;
    let guestSide: GuestChannel | undefined;
    this.driver.register(offer.classId, (channel) => {
      guestSide = channel;
      channel.open({ toHost: ringPages, toGuest: ringPages, targetVp }, () => {});
    });
    this.host.offer(offer, {
      opened: (channel, rings) => {
        opened = this.#channel(channel, rings, request.root);
        return true;
      },
      closed: (_channel, reason) => {
        if (opened !== undefined) opened.closedBecause ??= reason;
      },
      moved: (_channel, vp) => {
        if (opened !== undefined) opened.guestProcessor = this.#processors[vp];
      },
    });
    if (!this.#started) this.driver.start();
    this.#started = true;
    if (opened === undefined || guestSide?.isOpen !== true)
      throw new UsageError('VMBus: the guest could not open a channel');
    opened.guestControl = guestSide;
    return opened;
  }

  #channel(channel: HostChannel, rings: OpenedRings, root: VirtualProcessor): Channel {
    return new Channel(this.#memory, this.#processors[rings.targetVp], root, {
      relid: channel.relid,
      connectionId: channel.offer.connectionId,
      gpadl: rings.gpadl.pages,
      downstream: rings.downstream,
      hostControl: channel,
    });
  }
}
