import type { HostChannel } from '../../machine/host/vmbus/host-channel.ts';
import { GuestBus } from '../../machine/host/vmbus/server.ts';
import {
  CLOSE_CHANNEL,
  GPADL_CREATED,
  MESSAGE_CLOSE,
  MESSAGE_GPADL_CREATED,
  MESSAGE_GPADL_HEADER,
  MESSAGE_GPADL_TEARDOWN,
  MESSAGE_MODIFY_CHANNEL,
  MESSAGE_OFFER,
  MESSAGE_OPEN,
  MESSAGE_OPEN_RESULT,
  MESSAGE_RELID_RELEASED,
  MESSAGE_RESCIND,
  OFFER_CHANNEL,
  OPEN_RESULT,
} from '../../machine/vmbus/channel-messages.ts';
import { CLASS_NETWORK } from '../../machine/vmbus/guids.ts';
import { getField, MESSAGES, messageType, putNumber } from '../../machine/vmbus/message-codec.ts';

/** Messages that name a channel, at the same place. */
const NAMES_CHANNEL = new Set([
  MESSAGE_OPEN,
  MESSAGE_CLOSE,
  MESSAGE_GPADL_HEADER,
  MESSAGE_GPADL_TEARDOWN,
  MESSAGE_RELID_RELEASED,
  MESSAGE_MODIFY_CHANNEL,
]);

/**
 * Our host in the place of the one that was recorded: it is offered what the recorded guest uses, and
 * must accept what that guest posts. A recorded host may refuse or rescind at will; from then on ours may
 * refuse that channel too.
 */
export class ControlHost {
  readonly bus: GuestBus;
  #lenient = new Set<number>();

  /** @param posted payloads that the guest posted */
  constructor(posted: readonly Uint8Array[]) {
    const pages = { claim: () => true, release: () => {} };
    this.bus = new GuestBus({ send: () => {} }, { pages, processors: 2 ** 32 });
    for (const bytes of posted)
      if (NAMES_CHANNEL.has(messageType(bytes)))
        this.#offer(getField(bytes, CLOSE_CHANNEL.fields.child_relid));
  }

  /** @returns why the host does not take the message; undefined when it does */
  take(bytes: Uint8Array): string | undefined {
    const { ignored, refused } = this.bus;
    this.bus.received(bytes);
    const relid = getField(bytes, CLOSE_CHANNEL.fields.child_relid);
    if (NAMES_CHANNEL.has(messageType(bytes)) && this.#lenient.has(relid)) return undefined;
    if (this.bus.ignored > ignored) return 'ignored';
    return this.bus.refused > refused ? 'refused' : undefined;
  }

  /** What the recorded host did and ours cannot know: new offers, rescinds, refusals. */
  follow(bytes: Uint8Array): void {
    const relid = getField(bytes, CLOSE_CHANNEL.fields.child_relid);
    const type = messageType(bytes);
    if (type === MESSAGE_OFFER) this.#offer(getField(bytes, OFFER_CHANNEL.fields.child_relid));
    if (type === MESSAGE_RESCIND) {
      this.#lenient.add(relid);
      this.#find(relid)?.rescind();
    }
    const refused =
      (type === MESSAGE_GPADL_CREATED && getField(bytes, GPADL_CREATED.fields.creation_status)) ||
      (type === MESSAGE_OPEN_RESULT && getField(bytes, OPEN_RESULT.fields.status));
    if (refused) this.#lenient.add(relid);
  }

  #find(relid: number): HostChannel | undefined {
    return this.bus.channels.find((channel) => channel.relid === relid);
  }

  /** Offers channels until the one of this number is among them. */
  #offer(relid: number): void {
    const settings = { classId: CLASS_NETWORK, instanceId: CLASS_NETWORK };
    while (this.#find(relid) === undefined)
      if (this.bus.offer(settings, { opened: () => true }) === undefined) return;
  }
}

/** A message taken apart into its fields and put together again from them. */
export function recoded(bytes: Uint8Array): Uint8Array {
  const layout = MESSAGES.get(messageType(bytes))?.layout;
  if (layout === undefined) return new Uint8Array(0);
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes.subarray(layout.size), layout.size);
  for (const place of Object.values(layout.fields)) {
    const [offset, size] = place;
    if (size > 8) copy.set(bytes.subarray(offset, offset + size), offset);
    else if (size > 0) putNumber(copy, offset, size, getField(bytes, place));
  }
  return copy;
}
