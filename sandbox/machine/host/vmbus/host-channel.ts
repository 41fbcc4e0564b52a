import type { HostControl } from '../../vmbus/channel.ts';
import type { Offer } from '../../vmbus/offer.ts';
import type { Gpadl } from './gpadl-table.ts';

/** What a service provider says about the channel that it offers. */
export interface OfferSettings {
  classId: string;
  instanceId: string;
  flags?: number;
  mmioMegabytes?: number;
  userData?: Uint8Array;
  subChannel?: number;
  /**
   * Asks for signals by the guest's monitor page, within so many units of 100 ns. That is the root's choice:
   * real hosts make it by the class of the device, and the public texts do not say for which.
   */
  monitorLatency?: number;
  /** False where the guest sets a bit of the interrupt page before it signals. */
  dedicatedInterrupt?: boolean;
}

/** What the guest asked for when it opened a channel, checked. */
export interface OpenedRings {
  /** Both rings' pages, the ring to the host first. */
  readonly gpadl: Gpadl;
  /** Pages of the first ring. */
  readonly downstream: number;
  /** Processor of the guest that takes the channel's interrupts. */
  readonly targetVp: number;
  readonly userData: Uint8Array;
}

/** A service provider, as the server of the bus sees it. */
export interface ChannelProvider {
  /** The guest opens the channel. False refuses it. */
  opened(channel: HostChannel, rings: OpenedRings): boolean;
  /** The rings are not to be touched any more. */
  closed?(channel: HostChannel, reason: string): void;
  /** The guest takes back other memory that it described for this channel. */
  gpadlTornDown?(channel: HostChannel, handle: number): void;
  /** The channel's interrupts go to another processor of the guest. */
  moved?(channel: HostChannel, targetVp: number): void;
}

/** Where a channel stands: offered, open, or rescinded and waiting for the guest to release it. */
export type ChannelState = 'offered' | 'open' | 'rescinded' | 'gone';

/** What the server of the bus does for a channel. */
export interface ChannelServer {
  gpadl(relid: number, handle: number): Gpadl | undefined;
  rescind(channel: HostChannel): void;
  offer(settings: OfferSettings, provider: ChannelProvider): HostChannel | undefined;
}

/** A channel as the host sees it. */
export class HostChannel implements HostControl {
  readonly offer: Offer;
  readonly provider: ChannelProvider;
  readonly settings: OfferSettings;
  state: ChannelState = 'offered';
  /** Whether the guest has been told of it on the connection that it has now. */
  told = false;
  rings: OpenedRings | undefined;
  #server: ChannelServer;

  constructor(
    server: ChannelServer,
    offer: Offer,
    settings: OfferSettings,
    provider: ChannelProvider,
  ) {
    this.#server = server;
    this.offer = offer;
    this.settings = settings;
    this.provider = provider;
  }

  get relid(): number {
    return this.offer.relid;
  }

  /** Pages that the guest described for this channel under `handle`; undefined when it did not. */
  gpadl(handle: number): readonly number[] | undefined {
    return this.#server.gpadl(this.relid, handle)?.pages;
  }

  /** The guest opens it over rings that were checked. @returns false when the provider refuses */
  open(rings: OpenedRings): boolean {
    this.rings = rings;
    this.state = 'open';
    const accepted = this.provider.opened(this, rings);
    if (!accepted) this.#shut();
    return accepted;
  }

  /** Closes it, if it is open: the provider touches its rings no more. */
  close(reason: string): void {
    if (this.state !== 'open') return;
    this.#shut();
    this.provider.closed?.(this, reason);
  }

  /** Its interrupts go to another processor of the guest. @returns false when it is not open */
  moveTo(targetVp: number): boolean {
    if (this.rings === undefined) return false;
    this.rings = { ...this.rings, targetVp };
    this.provider.moved?.(this, targetVp);
    return true;
  }

  /** Takes the offer back. An open channel is closed at once; its number waits for the guest. */
  rescind(): void {
    this.#server.rescind(this);
  }

  /** Offers further channels of the same device; fewer when the guest's numbers run out. */
  offerSubChannels(count: number, provider: ChannelProvider = this.provider): HostChannel[] {
    const offered: HostChannel[] = [];
    for (let i = 1; i <= count; i++) {
      const channel = this.#server.offer({ ...this.settings, subChannel: i }, provider);
      if (channel === undefined) break;
      offered.push(channel);
    }
    return offered;
  }
  #shut(): void {
    this.rings = undefined;
    if (this.state === 'open') this.state = 'offered';
  }
}
