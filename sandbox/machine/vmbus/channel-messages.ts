/**
 * The control messages of VMBus: their numbers and layouts (facts, sections 4.1 to 4.4; names of
 * structures and fields as in the Linux headers). No behaviour here.
 */
import { type Structure, structure } from '../memory/structure.ts';

/** Type of every message in HvPostMessage and in the slot. */
export const VMBUS_MESSAGE_TYPE = 1;
/** Most bytes of a message's payload. */
export const MESSAGE_PAYLOAD = 240;
/** Connections on which a guest posts: before version 5.0, and from it on. */
export const CONNECTION_MESSAGE_OLD = 1;
export const CONNECTION_MESSAGE = 4;
/** The connection for events of all channels, in the first version. */
export const CONNECTION_EVENT = 2;

export const MESSAGE_OFFER = 1;
export const MESSAGE_RESCIND = 2;
export const MESSAGE_REQUEST_OFFERS = 3;
export const MESSAGE_ALL_OFFERS_DELIVERED = 4;
export const MESSAGE_OPEN = 5;
export const MESSAGE_OPEN_RESULT = 6;
export const MESSAGE_CLOSE = 7;
export const MESSAGE_GPADL_HEADER = 8;
export const MESSAGE_GPADL_BODY = 9;
export const MESSAGE_GPADL_CREATED = 10;
export const MESSAGE_GPADL_TEARDOWN = 11;
export const MESSAGE_GPADL_TORNDOWN = 12;
export const MESSAGE_RELID_RELEASED = 13;
export const MESSAGE_INITIATE_CONTACT = 14;
export const MESSAGE_VERSION_RESPONSE = 15;
export const MESSAGE_UNLOAD = 16;
export const MESSAGE_UNLOAD_RESPONSE = 17;
export const MESSAGE_TL_CONNECT = 21;
export const MESSAGE_MODIFY_CHANNEL = 22;
export const MESSAGE_MODIFY_CHANNEL_RESPONSE = 24;

/** Statuses in answers: what openvmm says when it refuses. */
export const STATUS_SUCCESS = 0;
export const STATUS_REFUSED = 0x8000ffff;

const HEADER = {
  header: [0, 8],
  'header.msgtype': [0, 4],
  'header.padding': [4, 4],
} as const;
const RELID = { ...HEADER, child_relid: [8, 4] } as const;
const RELID_AND_GPADL = { ...RELID, gpadl: [12, 4] } as const;

export const MESSAGE_HEADER = structure('vmbus_channel_message_header', 8, {
  msgtype: [0, 4],
  padding: [4, 4],
});

export const OFFER = structure('vmbus_channel_offer', 176, {
  if_type: [0, 16],
  'if_type.b': [0, 16],
  if_instance: [16, 16],
  'if_instance.b': [16, 16],
  reserved1: [32, 8],
  reserved2: [40, 8],
  chn_flags: [48, 2],
  mmio_megabytes: [50, 2],
  u: [52, 120],
  'u.std': [52, 120],
  'u.std.user_def': [52, 120],
  'u.pipe': [52, 120],
  'u.pipe.pipe_mode': [52, 4],
  'u.pipe.user_def': [56, 116],
  sub_channel_index: [172, 2],
  reserved3: [174, 2],
});

export const OFFER_CHANNEL = structure('vmbus_channel_offer_channel', 196, {
  ...HEADER,
  offer: [8, 176],
  'offer.if_type': [8, 16],
  'offer.if_type.b': [8, 16],
  'offer.if_instance': [24, 16],
  'offer.if_instance.b': [24, 16],
  'offer.reserved1': [40, 8],
  'offer.reserved2': [48, 8],
  'offer.chn_flags': [56, 2],
  'offer.mmio_megabytes': [58, 2],
  'offer.u': [60, 120],
  'offer.u.std': [60, 120],
  'offer.u.std.user_def': [60, 120],
  'offer.u.pipe': [60, 120],
  'offer.u.pipe.pipe_mode': [60, 4],
  'offer.u.pipe.user_def': [64, 116],
  'offer.sub_channel_index': [180, 2],
  'offer.reserved3': [182, 2],
  child_relid: [184, 4],
  monitorid: [188, 1],
  monitor_allocated: [189, 0, 0, 1],
  reserved: [189, 0, 1, 7],
  is_dedicated_interrupt: [190, 0, 0, 1],
  reserved1: [190, 0, 1, 15],
  connection_id: [192, 4],
});

export const RESCIND_OFFER = structure('vmbus_channel_rescind_offer', 12, RELID);
export const RELID_RELEASED = structure('vmbus_channel_relid_released', 12, RELID);
export const CLOSE_CHANNEL = structure('vmbus_channel_close_channel', 12, RELID);

export const OPEN_CHANNEL = structure('vmbus_channel_open_channel', 148, {
  ...RELID,
  openid: [12, 4],
  ringbuffer_gpadlhandle: [16, 4],
  target_vp: [20, 4],
  downstream_ringbuffer_pageoffset: [24, 4],
  userdata: [28, 120],
});

export const OPEN_RESULT = structure('vmbus_channel_open_result', 20, {
  ...RELID,
  openid: [12, 4],
  status: [16, 4],
});

/** The list of pages that a GPADL describes; rangecount of them, and here always one. */
export const GPA_RANGE = structure('gpa_range', 8, {
  byte_count: [0, 4],
  byte_offset: [4, 4],
  pfn_array: [8, 0],
});

export const GPADL_HEADER = structure('vmbus_channel_gpadl_header', 20, {
  ...RELID_AND_GPADL,
  range_buflen: [16, 2],
  rangecount: [18, 2],
  range: [20, 0],
});

export const GPADL_BODY = structure('vmbus_channel_gpadl_body', 16, {
  ...HEADER,
  msgnumber: [8, 4],
  gpadl: [12, 4],
  pfn: [16, 0],
});

export const GPADL_CREATED = structure('vmbus_channel_gpadl_created', 20, {
  ...RELID_AND_GPADL,
  creation_status: [16, 4],
});

export const GPADL_TEARDOWN = structure('vmbus_channel_gpadl_teardown', 16, RELID_AND_GPADL);
export const GPADL_TORNDOWN = structure('vmbus_channel_gpadl_torndown', 12, {
  ...HEADER,
  gpadl: [8, 4],
});

export const INITIATE_CONTACT = structure('vmbus_channel_initiate_contact', 40, {
  ...HEADER,
  vmbus_version_requested: [8, 4],
  target_vcpu: [12, 4],
  interrupt_page: [16, 8],
  msg_sint: [16, 1],
  msg_vtl: [17, 1],
  reserved: [18, 6],
  monitor_page1: [24, 8],
  monitor_page2: [32, 8],
});

export const VERSION_RESPONSE = structure('vmbus_channel_version_response', 16, {
  ...HEADER,
  version_supported: [8, 1],
  connection_state: [9, 1],
  padding: [10, 2],
  msg_conn_id: [12, 4],
});

/** What the oldest hosts say instead of, and ask before, all of this; listed, and not spoken here. */
const VERSION_SUPPORTED = structure('vmbus_channel_version_supported', 9, {
  ...HEADER,
  version_supported: [8, 1],
});
const QUERY_VERSION = structure('vmbus_channel_query_vmbus_version', 12, {
  ...HEADER,
  version: [8, 4],
});

export const TL_CONNECT_REQUEST = structure('vmbus_channel_tl_connect_request', 40, {
  ...HEADER,
  guest_endpoint_id: [8, 16],
  'guest_endpoint_id.b': [8, 16],
  host_service_id: [24, 16],
  'host_service_id.b': [24, 16],
});

export const MODIFY_CHANNEL = structure('vmbus_channel_modifychannel', 16, {
  ...RELID,
  target_vp: [12, 4],
});

export const MODIFY_CHANNEL_RESPONSE = structure('vmbus_channel_modifychannel_response', 16, {
  ...RELID,
  status: [12, 4],
});

export const CHANNEL_MESSAGE_STRUCTURES: readonly Structure[] = [
  MESSAGE_HEADER,
  OFFER,
  OFFER_CHANNEL,
  RESCIND_OFFER,
  RELID_RELEASED,
  CLOSE_CHANNEL,
  OPEN_CHANNEL,
  OPEN_RESULT,
  GPA_RANGE,
  GPADL_HEADER,
  GPADL_BODY,
  GPADL_CREATED,
  GPADL_TEARDOWN,
  GPADL_TORNDOWN,
  INITIATE_CONTACT,
  VERSION_RESPONSE,
  VERSION_SUPPORTED,
  QUERY_VERSION,
  TL_CONNECT_REQUEST,
  MODIFY_CHANNEL,
  MODIFY_CHANNEL_RESPONSE,
];
