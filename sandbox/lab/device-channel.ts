import type { GuestChannel } from '../machine/guest/vmbus/guest-channel.ts';
import type {
  HostChannel,
  OfferSettings,
  OpenedRings,
} from '../machine/host/vmbus/host-channel.ts';
import type { GuestBus } from '../machine/host/vmbus/server.ts';
import { PAGE_SIZE } from '../machine/memory/host-memory.ts';
import type { VirtualProcessor } from '../machine/partition/virtual-processor.ts';
import type { Channel } from '../machine/vmbus/channel.ts';

/** A device's channel as the lab wants it. */
export interface ChannelRequest {
  offer: OfferSettings;
  /** Pages of each ring, with the control page. */
  ringPages: number;
  /** Processor of the guest that takes the channel's interrupts, by index. */
  targetVp: number;
  root: VirtualProcessor;
  /** What kind of channel it becomes; one with rings when left out. */
  kind?: typeof Channel;
}

/** The root's service behind a channel, as it hears of what the guest does with it. */
export interface ChannelService {
  /** The guest has opened the channel once more: it is another one, with rings of its own. */
  opened(channel: Channel): void;
  /** Its rings are not to be touched any more. */
  closed(channel: Channel): void;
  /** The guest takes back other memory that it described for the channel. */
  tornDown(handle: number): void;
}

/** What gives an opened channel its signals. */
export interface ChannelSignals {
  /** Undefined when there is no event flag left: the open is refused. */
  connect(channel: HostChannel, rings: OpenedRings, request: ChannelRequest): Channel | undefined;
  disconnect(channel: Channel): void;
  move(channel: Channel, vp: number): void;
}

/** One channel of a device, over all the times that it is offered, opened, closed and taken back. */
export class DeviceChannel {
  service: ChannelService | undefined;
  #bus: GuestBus;
  #request: ChannelRequest;
  #signals: ChannelSignals;
  #host: HostChannel | undefined;
  #guest: GuestChannel | undefined;
  #channel: Channel | undefined;
  /** Guest address of the rings: the same memory each time. */
  #rings: number | undefined;
  #whenOpen: (good: boolean) => void = () => {};

  constructor(bus: GuestBus, request: ChannelRequest, signals: ChannelSignals) {
    this.#bus = bus;
    this.#request = request;
    this.#signals = signals;
  }

  /** As it was opened last. @throws RangeError when it never was */
  get channel(): Channel {
    if (this.#channel === undefined) throw new RangeError('the channel was never open');
    return this.#channel;
  }

  /** Whether both sides have it open. */
  get isOpen(): boolean {
    return this.#guest?.isOpen === true && this.#channel?.closedBecause === undefined;
  }

  /** The root offers the channel; `then` is called when the guest has opened it, or could not. */
  offer(then: (good: boolean) => void): void {
    this.#whenOpen = then;
    this.#host = this.#bus.offer(this.#request.offer, {
      opened: (host, rings) => this.#opened(host, rings),
      closed: (_host, reason) => this.#closed(reason),
      moved: (_host, vp) => this.#signals.move(this.channel, vp),
      gpadlTornDown: (_host, handle) => this.service?.tornDown(handle),
    });
  }

  /** The root takes the offer back. */
  rescind(): void {
    this.#host?.rescind();
  }

  /** The guest opens the channel that it has closed. */
  open(then: (good: boolean) => void): void {
    this.#whenOpen = then;
    if (this.#guest === undefined) then(false);
    else this.offered(this.#guest);
  }

  /** The guest's bus driver has found the channel, or its driver wants it again. */
  offered(guest: GuestChannel): void {
    this.#guest = guest;
    const { ringPages, targetVp } = this.#request;
    const rings = { toHost: ringPages, toGuest: ringPages, targetVp, memory: this.#rings };
    guest.open(rings, (status) => {
      const good = status === 0 && this.isOpen;
      if (good) this.channel.guestControl = guest;
      this.#whenOpen(good);
    });
  }

  #opened(host: HostChannel, rings: OpenedRings): boolean {
    const channel = this.#signals.connect(host, rings, this.#request);
    if (channel === undefined) return false;
    this.#channel = channel;
    this.#rings = rings.gpadl.pages[0] * PAGE_SIZE;
    this.service?.opened(channel);
    return true;
  }

  #closed(reason: string): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    channel.closedBecause ??= reason;
    this.#signals.disconnect(channel);
    this.service?.closed(channel);
  }
}
