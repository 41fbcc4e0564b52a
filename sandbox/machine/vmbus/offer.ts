import { MESSAGE_OFFER, OFFER_CHANNEL } from './channel-messages.ts';
import { guidBytes, guidText } from './guids.ts';
import { encodeMessage, getField } from './message-codec.ts';

/** What an offer says: which device a channel is of, and how to signal it. */
export interface Offer {
  /** Number of the channel while it is offered: also its event flag. */
  relid: number;
  /** Class and instance as GUIDs in lower-case letters. */
  classId: string;
  instanceId: string;
  flags: number;
  mmioMegabytes: number;
  userData: Uint8Array;
  /** 0 for a device's first channel; the others share its instance. */
  subChannel: number;
  /** Trigger of the monitor page that signals this channel; none where hypercalls do. */
  monitorId: number | undefined;
  dedicatedInterrupt: boolean;
  /** Connection to signal with HvSignalEvent. */
  connectionId: number;
}

export function encodeOffer(offer: Offer): Uint8Array {
  return encodeMessage(MESSAGE_OFFER, OFFER_CHANNEL, {
    'offer.if_type': guidBytes(offer.classId),
    'offer.if_instance': guidBytes(offer.instanceId),
    'offer.chn_flags': offer.flags,
    'offer.mmio_megabytes': offer.mmioMegabytes,
    'offer.u': offer.userData,
    'offer.sub_channel_index': offer.subChannel,
    child_relid: offer.relid,
    monitorid: offer.monitorId ?? 0,
    monitor_allocated: offer.monitorId === undefined ? 0 : 1,
    is_dedicated_interrupt: offer.dedicatedInterrupt ? 1 : 0,
    connection_id: offer.connectionId,
  });
}

export function decodeOffer(bytes: Uint8Array): Offer {
  const { fields, at } = OFFER_CHANNEL;
  const monitored = getField(bytes, fields.monitor_allocated) === 1;
  const user = at['offer.u'];
  return {
    relid: getField(bytes, fields.child_relid),
    classId: guidText(bytes, at['offer.if_type']),
    instanceId: guidText(bytes, at['offer.if_instance']),
    flags: getField(bytes, fields['offer.chn_flags']),
    mmioMegabytes: getField(bytes, fields['offer.mmio_megabytes']),
    userData: bytes.slice(user, user + fields['offer.u'][1]),
    subChannel: getField(bytes, fields['offer.sub_channel_index']),
    monitorId: monitored ? getField(bytes, fields.monitorid) : undefined,
    dedicatedInterrupt: getField(bytes, fields.is_dedicated_interrupt) === 1,
    connectionId: getField(bytes, fields.connection_id),
  };
}
