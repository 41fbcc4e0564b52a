import type { OfferSettings } from './host-channel.ts';
import { type ChannelProvider, type ChannelServer, HostChannel } from './host-channel.ts';

/** Numbers that channels can have: each is an event flag of SINT 2, and flag 0 is not theirs. */
const LAST_RELID = 2047;
/** A channel's connection: the SINT above its number, as with openvmm. */
const CONNECTION_BASE = 0x2000;

/** Hands out triggers of the guest's monitor page; see MonitorTriggers. */
export interface TriggerSource {
  allocate(connectionId: number, latency: number): number | undefined;
  release(id: number): void;
  /** Guest-physical address of the page from guest to host; undefined when the contact ends. */
  contact(page: number | undefined): void;
}

/** The channels of one guest by number: what is offered, open, or waits for its release. */
export class ChannelTable {
  #channels = new Map<number, HostChannel>();
  #next = 1;
  #triggers: TriggerSource | undefined;

  constructor(triggers: TriggerSource | undefined) {
    this.#triggers = triggers;
  }

  get all(): HostChannel[] {
    return [...this.#channels.values()];
  }

  get(relid: number): HostChannel | undefined {
    return this.#channels.get(relid);
  }

  /** A channel of which the guest was told and which it may use. */
  known(relid: number): HostChannel | undefined {
    const channel = this.#channels.get(relid);
    return channel?.told === true && channel.state !== 'rescinded' ? channel : undefined;
  }

  /** A new channel; undefined when every number is in use. Without a trigger left, it has none. */
  add(
    server: ChannelServer,
    settings: OfferSettings,
    provider: ChannelProvider,
  ): HostChannel | undefined {
    const relid = this.#freeRelid();
    if (relid === 0) return undefined;
    const connectionId = CONNECTION_BASE + relid;
    const { monitorLatency } = settings;
    const offer = {
      relid,
      classId: settings.classId,
      instanceId: settings.instanceId,
      flags: settings.flags ?? 0,
      mmioMegabytes: settings.mmioMegabytes ?? 0,
      userData: settings.userData ?? new Uint8Array(0),
      subChannel: settings.subChannel ?? 0,
      monitorId:
        monitorLatency === undefined
          ? undefined
          : this.#triggers?.allocate(connectionId, monitorLatency),
      dedicatedInterrupt: settings.dedicatedInterrupt ?? true,
      connectionId,
    };
    const channel = new HostChannel(server, offer, settings, provider);
    this.#channels.set(relid, channel);
    return channel;
  }

  /** The number may be used again. */
  remove(channel: HostChannel): void {
    const { relid, offer } = channel;
    if (offer.monitorId !== undefined) this.#triggers?.release(offer.monitorId);
    this.#channels.delete(relid);
  }

  #freeRelid(): number {
    for (let tries = 0; tries < LAST_RELID; tries++) {
      const relid = this.#next;
      this.#next = relid === LAST_RELID ? 1 : relid + 1;
      if (!this.#channels.has(relid)) return relid;
    }
    return 0;
  }
}
