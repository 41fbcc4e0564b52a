import type { GuestMemory } from '../../memory/guest-memory.ts';
import type { Offer } from '../../vmbus/offer.ts';
import type { OfferListener, VmbusConnection } from './connection.ts';
import { GuestChannel } from './guest-channel.ts';
import type { HostSignals } from './host-signals.ts';

/** A driver of the guest: gets the channels of its class, first ones and sub-channels alike. */
export type ChannelDriver = (channel: GuestChannel) => void;

/** The guest's bus driver: makes a channel of each offer, and finds the driver for it by its class. */
export class VmbusDriver implements OfferListener {
  readonly channels = new Map<number, GuestChannel>();
  #connection: VmbusConnection;
  #memory: GuestMemory;
  #signals: HostSignals;
  #drivers = new Map<string, ChannelDriver>();

  constructor(connection: VmbusConnection, memory: GuestMemory, signals: HostSignals) {
    this.#connection = connection;
    this.#signals = signals;
    this.#memory = memory;
    connection.listener = this;
  }

  /** From now on, and for channels that are offered already, `driver` serves the class. */
  register(classId: string, driver: ChannelDriver): void {
    this.#drivers.set(classId, driver);
    for (const channel of this.channels.values())
      if (channel.offer.classId === classId && !channel.isOpen) driver(channel);
  }

  /** Makes contact and asks for offers. `then` gets the version, or 0 when no version is common. */
  start(then: (version: number) => void = () => {}, versions?: readonly number[]): void {
    this.#connection.connect((version) => {
      if (version === 0) then(0);
      else this.#connection.requestOffers(() => then(version));
    }, versions);
  }

  offered(offer: Offer): void {
    const channel = new GuestChannel(this.#connection, this.#memory, offer, this.#signals);
    this.channels.set(offer.relid, channel);
    this.#drivers.get(offer.classId)?.(channel);
  }

  rescinded({ relid }: Offer): void {
    const channel = this.channels.get(relid);
    this.channels.delete(relid);
    channel?.rescinded();
  }
}
