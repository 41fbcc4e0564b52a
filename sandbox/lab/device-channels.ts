import type { GuestChannel } from '../machine/guest/vmbus/guest-channel.ts';
import type {
  ChannelProvider,
  HostChannel,
  OfferSettings,
  OpenedRings,
} from '../machine/host/vmbus/host-channel.ts';
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

/**
 * The channels of one device of a virtual machine: the first, and the sub-channels that the root offers
 * when the guest's driver has asked for them. Here the two ends of each become one `Channel`.
 */
export class DeviceChannels implements ChannelProvider {
  /** Those that are open on both sides, in the order in which the guest opened them. */
  readonly channels: Channel[] = [];
  /** The root has opened its end of a sub-channel. */
  openedInRoot: (channel: Channel) => void = () => {};
  /** A sub-channel is open on both sides. */
  openedInGuest: (channel: Channel) => void = () => {};
  #bus: MachineBus;
  #request: DeviceRequest;
  #primary: HostChannel | undefined;
  /** Root ends by number. */
  #open = new Map<number, Channel>();

  constructor(bus: MachineBus, request: DeviceRequest) {
    this.#bus = bus;
    this.#request = request;
  }

  /** The root offers the first channel. */
  offer(): void {
    this.#primary = this.#bus.host.offer(this.#request.offer, this);
  }

  /** The root offers sub-channels. @returns how many there are numbers for */
  offerSubChannels(count: number): number {
    return this.#primary?.offerSubChannels(count).length ?? 0;
  }

  /** The guest's driver was offered a channel of this device: it opens it on the processor of its choice. */
  openInGuest(guestSide: GuestChannel): void {
    const { ringPages, targetVp, lowLatency = false } = this.#request;
    const { subChannel } = guestSide.offer;
    guestSide.lowLatency = lowLatency;
    const rings = { toHost: ringPages, toGuest: ringPages, targetVp: targetVp(subChannel) };
    guestSide.open(rings, (status) => {
      const channel = this.#open.get(guestSide.relid);
      if (status !== STATUS_SUCCESS || channel === undefined) return;
      channel.guestControl = guestSide;
      this.channels.push(channel);
      if (subChannel > 0) this.openedInGuest(channel);
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
    if (subChannel > 0) this.openedInRoot(channel);
    return true;
  }

  closed({ relid }: HostChannel, reason: string): void {
    const channel = this.#open.get(relid);
    if (channel === undefined) return;
    this.#open.delete(relid);
    channel.closedBecause ??= reason;
    const { host } = this.#bus.parts;
    const [guest, root] = [channel.guestProcessor, channel.rootProcessor];
    const [inGuest, inRoot] = [host.vmbusOf(guest), host.vmbusOf(root)];
    disconnectSignals(host.hypervisor, channel, inGuest, inRoot, this.#bus.common);
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
