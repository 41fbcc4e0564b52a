import type { GuestChannel } from '../machine/guest/vmbus/guest-channel.ts';
import type {
  ChannelProvider,
  HostChannel,
  OfferSettings,
  OpenedRings,
} from '../machine/host/vmbus/host-channel.ts';
import { PAGE_SIZE } from '../machine/memory/host-memory.ts';
import type { VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import { Channel } from '../machine/vmbus/channel.ts';
import { STATUS_SUCCESS } from '../machine/vmbus/channel-messages.ts';
import { connectSignals, disconnectSignals } from '../machine/vmbus/interrupts.ts';
import type { MachineBus } from './vmbus.ts';

/** A device's channels as the lab wants them. */
export interface DeviceRequest {
  offer: OfferSettings;
  /** Pages of each ring, with the control page. */
  ringPages: number;
  /** Processor of the guest that takes a channel's interrupts, by the index of the (sub-)channel. */
  targetVp: (index: number) => number;
  /** Processor of the root that serves it. */
  root: (index: number) => VirtualProcessor;
  /** What kind of channel it becomes; one with rings when left out. */
  kind?: typeof Channel;
  /** The guest's driver does not use a trigger of the monitor page. */
  lowLatency?: boolean;
}

/** The root's service behind a device's channels, as it hears of what the guest does with them. */
export interface ChannelService {
  /** The guest has opened a channel, perhaps once more: it has rings of its own. */
  opened(channel: Channel): void;
  /** Its rings are not to be touched any more. */
  closed(channel: Channel): void;
  /** The guest takes back other memory that it described for the first channel. */
  tornDown(handle: number): void;
}

/**
 * The channels of one device of a virtual machine, over all the times that they are offered, opened, closed
 * and taken back: the first, and the sub-channels that the root offers when the guest's driver has asked for
 * them. Here the two ends of each become one `Channel`.
 */
export class DeviceChannels implements ChannelProvider {
  /** The first channel, as it was opened last, and the sub-channels in the order in which the guest opened them. */
  readonly channels: Channel[] = [];
  service: ChannelService | undefined;
  /** A sub-channel is open on both sides. */
  openedInGuest: (channel: Channel) => void = () => {};
  #bus: MachineBus;
  #request: DeviceRequest;
  #primary: HostChannel | undefined;
  #subChannels: HostChannel[] = [];
  #guestPrimary: GuestChannel | undefined;
  /** Root ends by number. */
  #open = new Map<number, Channel>();
  /** Guest address of each channel's rings: the same memory each time. */
  #rings: number[] = [];
  #whenOpen: (good: boolean) => void = () => {};

  constructor(bus: MachineBus, request: DeviceRequest) {
    this.#bus = bus;
    this.#request = request;
  }

  /** The root offers the first channel; `then` is called when the guest has opened it, or could not. */
  offer(then: (good: boolean) => void): void {
    this.#whenOpen = then;
    this.#primary = this.#bus.host.offer(this.#request.offer, this);
  }

  /** The guest opens the first channel that it has closed. */
  open(then: (good: boolean) => void): void {
    this.#whenOpen = then;
    if (this.#guestPrimary === undefined) then(false);
    else this.openInGuest(this.#guestPrimary);
  }

  /** The root takes the device away. */
  rescind(): void {
    this.#primary?.rescind();
  }

  /** The root offers sub-channels. @returns how many there are numbers for */
  offerSubChannels(count: number): number {
    this.#subChannels = this.#primary?.offerSubChannels(count) ?? [];
    return this.#subChannels.length;
  }

  /** The guest's driver was offered a channel of this device: it opens it on the processor of its choice. */
  openInGuest(guestSide: GuestChannel): void {
    const { ringPages, targetVp, lowLatency = false } = this.#request;
    const { subChannel } = guestSide.offer;
    guestSide.lowLatency = lowLatency;
    if (subChannel === 0) this.#guestPrimary = guestSide;
    const memory = this.#rings[subChannel];
    const rings = { toHost: ringPages, toGuest: ringPages, targetVp: targetVp(subChannel), memory };
    guestSide.open(rings, (status) => {
      const channel = this.#open.get(guestSide.relid);
      const good = status === STATUS_SUCCESS && channel !== undefined;
      if (good) {
        channel.guestControl = guestSide;
        if (subChannel === 0) this.channels[0] = channel;
        else this.channels.push(channel);
        if (subChannel > 0) this.openedInGuest(channel);
      }
      if (subChannel === 0) this.#whenOpen(good);
    });
  }

  /** False when the root's processor has no event flag left: then the open is refused. */
  opened(hostSide: HostChannel, rings: OpenedRings): boolean {
    const { host, memory, partition } = this.#bus.parts;
    const { kind: Kind = Channel, root: rootOf } = this.#request;
    const { subChannel, connectionId } = hostSide.offer;
    const guest = partition.processors[rings.targetVp];
    const root = rootOf(subChannel);
    const channel = new Kind(memory, guest, root, {
      relid: hostSide.relid,
      connectionId,
      gpadl: rings.gpadl.pages,
      downstream: rings.downstream,
      interruptPage: this.#bus.interruptPage,
      hostControl: hostSide,
    });
    const [inGuest, inRoot] = [host.vmbusOf(guest), host.vmbusOf(root)];
    const { common } = this.#bus;
    if (!connectSignals(host.hypervisor, channel, inGuest, inRoot, common)) return false;
    this.#open.set(hostSide.relid, channel);
    this.#rings[subChannel] = rings.gpadl.pages[0] * PAGE_SIZE;
    this.service?.opened(channel);
    return true;
  }

  /** With the first channel the sub-channels go: the root takes back what it offered for it. */
  closed({ relid, offer }: HostChannel, reason: string): void {
    const channel = this.#open.get(relid);
    if (channel === undefined) return;
    this.#open.delete(relid);
    channel.closedBecause ??= reason;
    const { host } = this.#bus.parts;
    const [guest, root] = [channel.guestProcessor, channel.rootProcessor];
    const [inGuest, inRoot] = [host.vmbusOf(guest), host.vmbusOf(root)];
    disconnectSignals(host.hypervisor, channel, inGuest, inRoot, this.#bus.common);
    this.service?.closed(channel);
    if (offer.subChannel > 0) return;
    this.channels.splice(1);
    for (const subChannel of this.#subChannels.splice(0)) subChannel.rescind();
  }

  gpadlTornDown({ offer }: HostChannel, handle: number): void {
    if (offer.subChannel === 0) this.service?.tornDown(handle);
  }

  /** The channel's flag is another processor's from now on. */
  moved({ relid }: HostChannel, vp: number): void {
    const channel = this.#open.get(relid);
    if (channel === undefined) return;
    const { host, partition } = this.#bus.parts;
    host.vmbusOf(channel.guestProcessor).remove(relid);
    channel.guestProcessor = partition.processors[vp];
    host.vmbusOf(channel.guestProcessor).add(relid, channel);
  }
}
