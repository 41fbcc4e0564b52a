import {
  CLOSE_CHANNEL,
  CONNECTION_MESSAGE,
  CONNECTION_MESSAGE_OLD,
  GPADL_CREATED,
  GPADL_TEARDOWN,
  GPADL_TORNDOWN,
  INITIATE_CONTACT,
  MESSAGE_ALL_OFFERS_DELIVERED,
  MESSAGE_CLOSE,
  MESSAGE_GPADL_CREATED,
  MESSAGE_GPADL_TEARDOWN,
  MESSAGE_GPADL_TORNDOWN,
  MESSAGE_INITIATE_CONTACT,
  MESSAGE_MODIFY_CHANNEL,
  MESSAGE_MODIFY_CHANNEL_RESPONSE,
  MESSAGE_OFFER,
  MESSAGE_OPEN,
  MESSAGE_OPEN_RESULT,
  MESSAGE_RELID_RELEASED,
  MESSAGE_REQUEST_OFFERS,
  MESSAGE_RESCIND,
  MESSAGE_TL_CONNECT,
  MESSAGE_UNLOAD,
  MESSAGE_UNLOAD_RESPONSE,
  MESSAGE_VERSION_RESPONSE,
  MODIFY_CHANNEL,
  MODIFY_CHANNEL_RESPONSE,
  OPEN_CHANNEL,
  OPEN_RESULT,
  RELID_RELEASED,
  RESCIND_OFFER,
  STATUS_SUCCESS,
  TL_CONNECT_REQUEST,
  VERSION_RESPONSE,
  VMBUS_MESSAGE_TYPE,
} from '../../vmbus/channel-messages.ts';
import { type GpadlRange, gpadlMessages } from '../../vmbus/gpadl.ts';
import {
  bareMessage,
  encodeMessage,
  getField,
  isMessage,
  messageType,
} from '../../vmbus/message-codec.ts';
import { decodeOffer, type Offer } from '../../vmbus/offer.ts';
import { acknowledgesModify, CLIENT_VERSIONS, hasMessageConnection } from '../../vmbus/versions.ts';
import { type Answer, PendingAnswers, take } from './pending-answers.ts';

/** Handles start here, as in the Linux client. */
const FIRST_GPADL = 0xe1e10;
/** SINT on which the guest takes messages. */
const MESSAGE_SINT = 2;

/** How a guest posts a message: HvPostMessage. */
export interface MessagePoster {
  post(connectionId: number, messageType: number, payload: Uint8Array): void;
}

/** Guest-physical addresses of the pages that the guest gives the host when it makes contact. */
export interface ContactPages {
  interrupt: number;
  /** Parent to child, child to parent. */
  monitor1: number;
  monitor2: number;
}

/** Who in the guest hears of offers: its bus driver. */
export interface OfferListener {
  offered?(offer: Offer): void;
  /** The channel goes away. The owner closes it, and the number is to be released. */
  rescinded?(offer: Offer): void;
}

export interface OpenSettings {
  gpadl: number;
  /** Processor that takes the channel's interrupts. */
  targetVp: number;
  /** Pages of the ring to the host: the other ring starts behind them. */
  downstream: number;
  userData?: Uint8Array;
}

/**
 * A guest's connection to the VMBus of its host: posts control messages and reacts to what comes back.
 * No thread waits here; whoever asks for something is called when it is answered.
 */
export class VmbusConnection {
  /** The version agreed on; 0 while there is no connection. */
  version = 0;
  /** Channels that the host offers, by number. */
  readonly offers = new Map<number, Offer>();
  listener: OfferListener = {};
  #poster: MessagePoster;
  readonly pages: ContactPages;
  #targetVp: number;
  #connectionId = CONNECTION_MESSAGE;
  #nextGpadl = FIRST_GPADL;
  #contacting: { version: number; then: (accepted: boolean) => void } | undefined;
  #offersDelivered: (() => void) | undefined;
  #unloaded: (() => void) | undefined;
  #waiting = new PendingAnswers();

  /** @param targetVp processor whose slot gets the host's messages */
  constructor(poster: MessagePoster, pages: ContactPages, targetVp = 0) {
    this.#poster = poster;
    this.pages = pages;
    this.#targetVp = targetVp;
  }

  /** Tries `versions` one after the other; `then` gets the one agreed on, or 0. */
  connect(then: (version: number) => void, versions = CLIENT_VERSIONS): void {
    const [version, ...older] = versions;
    if (version === undefined) then(0);
    else
      this.negotiate(version, (accepted) => {
        if (accepted) then(version);
        else this.connect(then, older);
      });
  }

  /** Proposes one version. A new contact ends an older one. */
  negotiate(version: number, then: (accepted: boolean) => void = () => {}): void {
    this.#contacting = { version, then };
    const modern = hasMessageConnection(version);
    this.#connectionId = modern ? CONNECTION_MESSAGE : CONNECTION_MESSAGE_OLD;
    const place = modern
      ? { msg_sint: MESSAGE_SINT, msg_vtl: 0 }
      : { interrupt_page: this.pages.interrupt };
    this.#send(
      encodeMessage(MESSAGE_INITIATE_CONTACT, INITIATE_CONTACT, {
        vmbus_version_requested: version,
        target_vcpu: this.#targetVp,
        ...place,
        monitor_page1: this.pages.monitor1,
        monitor_page2: this.pages.monitor2,
      }),
    );
  }

  /** `then` is called when the host has offered everything that it has. */
  requestOffers(then: () => void = () => {}): void {
    this.#offersDelivered = then;
    this.#send(bareMessage(MESSAGE_REQUEST_OFFERS));
  }

  /** Describes memory to the host, for a channel. Returns the handle, valid once `then` has a 0. */
  establishGpadl(relid: number, range: GpadlRange, then: Answer = () => {}): number {
    const handle = this.#nextGpadl++;
    this.#waiting.created.set(handle, { relid, then });
    for (const message of gpadlMessages(relid, handle, range)) this.#send(message);
    return handle;
  }

  /** Takes memory back; it is the guest's alone once `then` is called. */
  teardownGpadl(relid: number, handle: number, then: () => void = () => {}): void {
    this.#waiting.tornDown.set(handle, then);
    const values = { child_relid: relid, gpadl: handle };
    this.#send(encodeMessage(MESSAGE_GPADL_TEARDOWN, GPADL_TEARDOWN, values));
  }

  /** The open id is the channel's number, as with the Linux client. */
  open(relid: number, settings: OpenSettings, then: Answer = () => {}): void {
    this.#waiting.opened.set(relid, then);
    this.#send(
      encodeMessage(MESSAGE_OPEN, OPEN_CHANNEL, {
        child_relid: relid,
        openid: relid,
        ringbuffer_gpadlhandle: settings.gpadl,
        target_vp: settings.targetVp,
        downstream_ringbuffer_pageoffset: settings.downstream,
        userdata: settings.userData,
      }),
    );
  }

  /** There is no answer to a close; tear the ring's memory down next. */
  close(relid: number): void {
    this.#send(encodeMessage(MESSAGE_CLOSE, CLOSE_CHANNEL, { child_relid: relid }));
  }

  /** Moves a channel's interrupts. Before version 5.3 nobody answers, and `then` is called at once. */
  modify(relid: number, targetVp: number, then: Answer = () => {}): void {
    const answered = acknowledgesModify(this.version);
    if (answered) this.#waiting.modified.set(relid, then);
    const values = { child_relid: relid, target_vp: targetVp };
    this.#send(encodeMessage(MESSAGE_MODIFY_CHANNEL, MODIFY_CHANNEL, values));
    if (!answered) then(STATUS_SUCCESS);
  }

  /** The guest is through with an offer: the host may use the number again. */
  release(relid: number): void {
    this.offers.delete(relid);
    this.#send(encodeMessage(MESSAGE_RELID_RELEASED, RELID_RELEASED, { child_relid: relid }));
  }

  /** Ends the connection. */
  unload(then: () => void = () => {}): void {
    this.#unloaded = then;
    this.#send(bareMessage(MESSAGE_UNLOAD));
  }

  /** Asks for a socket between guest and host: both ends as the 16 bytes of a GUID. */
  connectSocket(endpoint: Uint8Array, service: Uint8Array): void {
    const values = { guest_endpoint_id: endpoint, host_service_id: service };
    this.#send(encodeMessage(MESSAGE_TL_CONNECT, TL_CONNECT_REQUEST, values));
  }

  /** A message of the host, copied out of the slot. What was not asked for is ignored. */
  received(bytes: Uint8Array): void {
    if (!isMessage(bytes)) return;
    switch (messageType(bytes)) {
      case MESSAGE_VERSION_RESPONSE:
        return this.#versionResponse(bytes);
      case MESSAGE_OFFER:
        return this.#offered(bytes);
      case MESSAGE_ALL_OFFERS_DELIVERED: {
        const then = this.#offersDelivered;
        this.#offersDelivered = undefined;
        return then?.();
      }
      case MESSAGE_GPADL_CREATED: {
        const { fields } = GPADL_CREATED;
        const status = getField(bytes, fields.creation_status);
        return take(this.#waiting.created, getField(bytes, fields.gpadl))?.then(status);
      }
      case MESSAGE_GPADL_TORNDOWN:
        return take(this.#waiting.tornDown, getField(bytes, GPADL_TORNDOWN.fields.gpadl))?.();
      case MESSAGE_OPEN_RESULT: {
        const { child_relid, status } = OPEN_RESULT.fields;
        return take(this.#waiting.opened, getField(bytes, child_relid))?.(getField(bytes, status));
      }
      case MESSAGE_MODIFY_CHANNEL_RESPONSE: {
        const { child_relid, status } = MODIFY_CHANNEL_RESPONSE.fields;
        return take(
          this.#waiting.modified,
          getField(bytes, child_relid),
        )?.(getField(bytes, status));
      }
      case MESSAGE_RESCIND:
        return this.#rescinded(getField(bytes, RESCIND_OFFER.fields.child_relid));
      case MESSAGE_UNLOAD_RESPONSE:
        return this.#end();
    }
  }

  #versionResponse(bytes: Uint8Array): void {
    const asked = this.#contacting;
    if (asked === undefined) return;
    this.#contacting = undefined;
    const accepted = getField(bytes, VERSION_RESPONSE.fields.version_supported) !== 0;
    this.version = accepted ? asked.version : 0;
    if (accepted && hasMessageConnection(asked.version))
      this.#connectionId = getField(bytes, VERSION_RESPONSE.fields.msg_conn_id);
    asked.then(accepted);
  }

  #offered(bytes: Uint8Array): void {
    const offer = decodeOffer(bytes);
    this.offers.set(offer.relid, offer);
    this.listener.offered?.(offer);
  }

  #rescinded(relid: number): void {
    const offer = this.offers.get(relid);
    if (offer === undefined) return;
    this.#waiting.refuse(relid);
    this.listener.rescinded?.(offer);
  }

  #end(): void {
    const then = this.#unloaded;
    if (then === undefined) return;
    this.#unloaded = undefined;
    this.version = 0;
    this.offers.clear();
    this.#waiting.clear();
    then();
  }

  #send(payload: Uint8Array): void {
    this.#poster.post(this.#connectionId, VMBUS_MESSAGE_TYPE, payload);
  }
}
