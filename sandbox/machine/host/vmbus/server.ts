import {
  GPADL_HEADER,
  GPADL_TEARDOWN,
  MESSAGE_ALL_OFFERS_DELIVERED,
  MESSAGE_CLOSE,
  MESSAGE_GPADL_BODY,
  MESSAGE_GPADL_HEADER,
  MESSAGE_GPADL_TEARDOWN,
  MESSAGE_INITIATE_CONTACT,
  MESSAGE_MODIFY_CHANNEL,
  MESSAGE_OPEN,
  MESSAGE_RELID_RELEASED,
  MESSAGE_REQUEST_OFFERS,
  MESSAGE_TL_CONNECT,
  MESSAGE_UNLOAD,
  MESSAGE_UNLOAD_RESPONSE,
  MODIFY_CHANNEL,
  OPEN_CHANNEL,
  RELID_RELEASED,
  STATUS_REFUSED,
  STATUS_SUCCESS,
} from '../../vmbus/channel-messages.ts';
import { bareMessage, getField, isMessage, messageType } from '../../vmbus/message-codec.ts';
import { encodeOffer } from '../../vmbus/offer.ts';
import { acknowledgesModify, hasTargetProcessor, hasUnload } from '../../vmbus/versions.ts';
import {
  gpadlCreated,
  gpadlTornDown,
  modifyResponse,
  openResult,
  rescindOffer,
  versionResponse,
} from './answers.ts';
import { ChannelTable, type TriggerSource } from './channel-table.ts';
import { type Contact, readContact } from './contact.ts';
import { type Gpadl, type GpadlOutcome, GpadlTable, type GuestPages } from './gpadl-table.ts';
import type {
  ChannelProvider,
  ChannelServer,
  HostChannel,
  OfferSettings,
  OpenedRings,
} from './host-channel.ts';
import { readRings } from './opened-rings.ts';

/** How the server reaches a guest: HvPostMessage to the slot of one of its processors. */
export interface GuestPort {
  send(payload: Uint8Array, targetVp: number): void;
}

/** What the server has to know of a guest. */
export interface GuestSettings {
  pages: GuestPages;
  processors: number;
  /** Newest version that the host admits to. */
  newest?: number;
  /** Triggers for channels that are to be signalled by the monitor page; none when left out. */
  triggers?: TriggerSource;
}

/**
 * The root's VMBus for one guest. Nothing that the guest sends is believed: a message that cannot be is
 * refused with a status where it has an answer, and ignored and counted where it has none. The state of
 * one guest is in one object, and its size is bounded by the limits of the table and of the numbers.
 */
export class GuestBus implements ChannelServer {
  /** Undefined until the guest has made contact, and after it has unloaded. */
  contact: Contact | undefined;
  /** Messages that had no place in the protocol. */
  ignored = 0;
  /** What the host refused with a status. */
  refused = 0;
  /** Hears of a contact, made or ended. */
  contactChanged: ((contact: Contact | undefined) => void) | undefined;
  readonly gpadls: GpadlTable;
  #port: GuestPort;
  #settings: GuestSettings;
  #channels: ChannelTable;
  #offersRequested = false;

  constructor(port: GuestPort, settings: GuestSettings) {
    this.#port = port;
    this.#settings = settings;
    this.gpadls = new GpadlTable(settings.pages);
    this.#channels = new ChannelTable(settings.triggers);
  }

  /** Channels offered, open or waiting for their release. */
  get channels(): readonly HostChannel[] {
    return this.#channels.all;
  }

  /** Offers a channel; undefined when every number is in use. A connected guest is told at once. */
  offer(settings: OfferSettings, provider: ChannelProvider): HostChannel | undefined {
    const channel = this.#channels.add(this, settings, provider);
    if (channel !== undefined && this.#offersRequested) this.#tell(channel);
    return channel;
  }

  gpadl(relid: number, handle: number): Gpadl | undefined {
    const list = this.gpadls.find(handle);
    return list?.relid === relid ? list : undefined;
  }

  rescind(channel: HostChannel): void {
    if (channel.state === 'rescinded' || channel.state === 'gone') return;
    channel.close('the host took its offer back');
    if (!channel.told) {
      this.#forget(channel);
      return;
    }
    channel.state = 'rescinded';
    this.#send(rescindOffer(channel.relid));
  }

  /** A message that the guest posted, of type 1, copied out of the slot. */
  received(bytes: Uint8Array): void {
    if (!isMessage(bytes) || !this.#handle(messageType(bytes), bytes)) this.ignored++;
  }

  /** @returns whether the message had a place in the protocol */
  #handle(type: number, bytes: Uint8Array): boolean {
    if (type === MESSAGE_INITIATE_CONTACT) return this.#initiateContact(bytes);
    if (this.contact === undefined) return false;
    switch (type) {
      case MESSAGE_REQUEST_OFFERS:
        return this.#requestOffers();
      case MESSAGE_GPADL_HEADER:
        return this.#gpadlHeader(bytes);
      case MESSAGE_GPADL_BODY:
        return this.#answerGpadl(this.gpadls.body(bytes));
      case MESSAGE_GPADL_TEARDOWN:
        return this.#gpadlTeardown(bytes);
      case MESSAGE_OPEN:
        return this.#open(bytes);
      case MESSAGE_CLOSE:
        return this.#closedByGuest(bytes);
      case MESSAGE_MODIFY_CHANNEL:
        return this.#modify(bytes, this.contact.version);
      case MESSAGE_RELID_RELEASED:
        return this.#released(bytes);
      case MESSAGE_UNLOAD:
        return this.#unload(this.contact.version);
      // No service of this host listens for sockets.
      case MESSAGE_TL_CONNECT:
        return true;
      default:
        return false;
    }
  }

  /** A new contact ends the one before: its channels are closed, and its memory is given back. */
  #initiateContact(bytes: Uint8Array): boolean {
    this.#end();
    const contact = readContact(bytes, this.#settings);
    const accepted = contact !== undefined;
    if (accepted) {
      this.contact = contact;
      this.#changed(contact);
    } else this.refused++;
    this.#port.send(versionResponse(contact?.version), contact?.targetVp ?? 0);
    return true;
  }

  #requestOffers(): boolean {
    if (this.#offersRequested) return false;
    this.#offersRequested = true;
    for (const channel of this.#channels.all) this.#tell(channel);
    this.#send(bareMessage(MESSAGE_ALL_OFFERS_DELIVERED));
    return true;
  }

  #gpadlHeader(bytes: Uint8Array): boolean {
    const { fields } = GPADL_HEADER;
    const relid = getField(bytes, fields.child_relid);
    const handle = getField(bytes, fields.gpadl);
    if (this.#channels.known(relid) === undefined)
      return this.#answerGpadl({ relid, handle, accepted: false });
    return this.#answerGpadl(this.gpadls.header(bytes));
  }

  #answerGpadl(outcome: GpadlOutcome): boolean {
    if (outcome === undefined) return true;
    const { relid, handle, accepted } = outcome;
    this.#send(gpadlCreated(relid, handle, this.#status(accepted)));
    return true;
  }

  /** Also of a list that an open channel uses for its rings: then the channel is closed first. */
  #gpadlTeardown(bytes: Uint8Array): boolean {
    const { fields } = GPADL_TEARDOWN;
    const handle = getField(bytes, fields.gpadl);
    const channel = this.#channels.get(getField(bytes, fields.child_relid));
    const list = this.gpadls.find(handle);
    if (channel === undefined || list?.relid !== channel.relid) return false;
    if (channel.rings?.gpadl === list) channel.close('the guest took its rings away');
    else if (channel.state === 'open') channel.provider.gpadlTornDown?.(channel, handle);
    this.gpadls.remove(handle);
    this.#send(gpadlTornDown(handle));
    return true;
  }

  #open(bytes: Uint8Array): boolean {
    const { fields } = OPEN_CHANNEL;
    const relid = getField(bytes, fields.child_relid);
    const channel = this.#channels.known(relid);
    const rings = channel?.state === 'offered' ? this.#ringsOf(channel, bytes) : undefined;
    const accepted = rings !== undefined && channel?.open(rings) === true;
    const openid = getField(bytes, fields.openid);
    this.#send(openResult(relid, openid, this.#status(accepted)));
    return true;
  }

  #ringsOf(channel: HostChannel, bytes: Uint8Array): OpenedRings | undefined {
    const handle = getField(bytes, OPEN_CHANNEL.fields.ringbuffer_gpadlhandle);
    const directed = hasTargetProcessor(this.contact?.version ?? 0);
    const { processors } = this.#settings;
    return readRings(bytes, this.gpadl(channel.relid, handle), directed, processors);
  }

  #closedByGuest(bytes: Uint8Array): boolean {
    const channel = this.#channels.get(getField(bytes, RELID_RELEASED.fields.child_relid));
    if (channel === undefined) return false;
    // The host may have rescinded it while the guest's message was on its way.
    if (channel.state !== 'open') return channel.state === 'rescinded';
    channel.close('the guest closed it');
    return true;
  }

  #modify(bytes: Uint8Array, version: number): boolean {
    const { fields } = MODIFY_CHANNEL;
    const relid = getField(bytes, fields.child_relid);
    const targetVp = getField(bytes, fields.target_vp);
    const channel = this.#channels.known(relid);
    const accepted = targetVp < this.#settings.processors && channel?.moveTo(targetVp) === true;
    if (!acknowledgesModify(version)) return accepted;
    this.#send(modifyResponse(relid, this.#status(accepted)));
    return true;
  }

  /** The guest is through with an offer, whether the host took it back or not. */
  #released(bytes: Uint8Array): boolean {
    const channel = this.#channels.get(getField(bytes, RELID_RELEASED.fields.child_relid));
    if (channel === undefined || !channel.told) return false;
    channel.close('the guest released it');
    this.#forget(channel);
    return true;
  }

  #unload(version: number): boolean {
    if (!hasUnload(version)) return false;
    this.#send(bareMessage(MESSAGE_UNLOAD_RESPONSE));
    this.#end();
    return true;
  }

  /** The end of a contact. What is offered stays, for the next one. */
  #end(): void {
    for (const channel of this.#channels.all) {
      channel.close('the guest ended its connection');
      if (channel.state === 'rescinded') this.#forget(channel);
      else channel.told = false;
    }
    this.gpadls.removeAll();
    this.#offersRequested = false;
    if (this.contact === undefined) return;
    this.contact = undefined;
    this.#changed(undefined);
  }

  #changed(contact: Contact | undefined): void {
    this.#settings.triggers?.contact(contact?.monitorPages[1]);
    this.contactChanged?.(contact);
  }

  #forget(channel: HostChannel): void {
    channel.state = 'gone';
    this.gpadls.removeAll(channel.relid);
    this.#channels.remove(channel);
  }

  #tell(channel: HostChannel): void {
    channel.told = true;
    this.#send(encodeOffer(channel.offer));
  }

  #status(accepted: boolean): number {
    if (!accepted) this.refused++;
    return accepted ? STATUS_SUCCESS : STATUS_REFUSED;
  }

  #send(payload: Uint8Array): void {
    if (this.contact !== undefined) this.#port.send(payload, this.contact.targetVp);
  }
}
