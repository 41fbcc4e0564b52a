import { VmbusConnection } from '../../machine/guest/vmbus/connection.ts';
import {
  CLOSE_CHANNEL,
  GPA_RANGE,
  GPADL_BODY,
  GPADL_HEADER,
  GPADL_TEARDOWN,
  INITIATE_CONTACT,
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
  MODIFY_CHANNEL,
  OPEN_CHANNEL,
  RELID_RELEASED,
  TL_CONNECT_REQUEST,
} from '../../machine/vmbus/channel-messages.ts';
import { type GpadlRange, HEADER_PFNS, PFN_SIZE } from '../../machine/vmbus/gpadl.ts';
import { getField, getNumber, messageType } from '../../machine/vmbus/message-codec.ts';
import { hasMessageConnection } from '../../machine/vmbus/versions.ts';

/** What our guest posts, as a file records it. */
export interface Posted {
  connectionId: number;
  messageType: number;
  payload: Uint8Array;
}

/**
 * Our guest's connection in the place of the one that was recorded. What the guest's drivers wanted is
 * taken from the recorded messages (a version, pages, a channel, a processor); everything else in a message,
 * how many there are, and where they go, is our guest's own doing.
 */
export class ControlGuest {
  readonly posted: Posted[] = [];
  readonly connection: VmbusConnection;
  #recorded: readonly Uint8Array[];

  /** @param recorded payloads that the guest posted, in order */
  constructor(recorded: readonly Uint8Array[]) {
    this.#recorded = recorded;
    const contacts = recorded.filter((bytes) => messageType(bytes) === MESSAGE_INITIATE_CONTACT);
    const { fields } = INITIATE_CONTACT;
    const from = (bytes: Uint8Array | undefined, name: keyof typeof fields) =>
      bytes === undefined ? 0 : getField(bytes, fields[name]);
    const version = (bytes: Uint8Array) => getField(bytes, fields.vmbus_version_requested);
    const old = contacts.find((bytes) => !hasMessageConnection(version(bytes)));
    const pages = {
      interrupt: from(old, 'interrupt_page'),
      monitor1: from(contacts[0], 'monitor_page1'),
      monitor2: from(contacts[0], 'monitor_page2'),
    };
    const post = (connectionId: number, messageType: number, payload: Uint8Array) =>
      void this.posted.push({ connectionId, messageType, payload });
    this.connection = new VmbusConnection({ post }, pages, from(contacts[0], 'target_vcpu'));
  }

  /** Does what the guest wanted when it posted its message number `at`. */
  act(at: number): void {
    const bytes = this.#recorded[at];
    const { connection } = this;
    const relid = getField(bytes, CLOSE_CHANNEL.fields.child_relid);
    switch (messageType(bytes)) {
      case MESSAGE_INITIATE_CONTACT:
        return connection.negotiate(
          getField(bytes, INITIATE_CONTACT.fields.vmbus_version_requested),
        );
      case MESSAGE_REQUEST_OFFERS:
        return connection.requestOffers();
      case MESSAGE_GPADL_HEADER:
        return void connection.establishGpadl(relid, this.#range(at));
      case MESSAGE_GPADL_TEARDOWN:
        return connection.teardownGpadl(relid, getField(bytes, GPADL_TEARDOWN.fields.gpadl));
      case MESSAGE_OPEN:
        return this.#open(relid, bytes);
      case MESSAGE_CLOSE:
        return connection.close(relid);
      case MESSAGE_MODIFY_CHANNEL:
        return connection.modify(relid, getField(bytes, MODIFY_CHANNEL.fields.target_vp));
      case MESSAGE_RELID_RELEASED:
        return connection.release(getField(bytes, RELID_RELEASED.fields.child_relid));
      case MESSAGE_UNLOAD:
        return connection.unload();
      case MESSAGE_TL_CONNECT: {
        const { guest_endpoint_id, host_service_id } = TL_CONNECT_REQUEST.at;
        const id = (offset: number) => bytes.slice(offset, offset + 16);
        return connection.connectSocket(id(guest_endpoint_id), id(host_service_id));
      }
    }
  }

  #open(relid: number, bytes: Uint8Array): void {
    const { fields, at } = OPEN_CHANNEL;
    this.connection.open(relid, {
      gpadl: getField(bytes, fields.ringbuffer_gpadlhandle),
      targetVp: getField(bytes, fields.target_vp),
      downstream: getField(bytes, fields.downstream_ringbuffer_pageoffset),
      userData: bytes.slice(at.userdata, at.userdata + 120),
    });
  }

  /** The memory that the guest described: page numbers of the header and of the bodies behind it. */
  #range(at: number): GpadlRange {
    const header = this.#recorded[at];
    const handle = getField(header, GPADL_HEADER.fields.gpadl);
    const wanted = (getField(header, GPADL_HEADER.fields.range_buflen) - PFN_SIZE) / PFN_SIZE;
    const pages: number[] = [];
    const take = (bytes: Uint8Array, offset: number) => {
      for (let i = offset; i + PFN_SIZE <= bytes.length && pages.length < wanted; i += PFN_SIZE)
        pages.push(getNumber(bytes, i, PFN_SIZE));
    };
    take(header, HEADER_PFNS);
    for (let next = at + 1; next < this.#recorded.length && pages.length < wanted; next++) {
      const bytes = this.#recorded[next];
      const mine = getField(bytes, GPADL_BODY.fields.gpadl) === handle;
      if (messageType(bytes) === MESSAGE_GPADL_BODY && mine) take(bytes, GPADL_BODY.size);
    }
    const range = GPADL_HEADER.size;
    return {
      pages,
      bytes: getNumber(header, range + GPA_RANGE.at.byte_count, 4),
      offset: getNumber(header, range + GPA_RANGE.at.byte_offset, 4),
    };
  }
}
