import {
  RNDIS_INITIALIZE_REQUEST,
  RNDIS_PACKET,
  RNDIS_PER_PACKET_INFO,
  RNDIS_QUERY_COMPLETE,
  RNDIS_QUERY_REQUEST,
  RNDIS_SET_REQUEST,
} from './rndis-structures.ts';

/** Messages of RNDIS, as NVSP carries them. Source: the VMBus facts in content/sources, section 5. */

export const RNDIS_MSG_PACKET = 1;
export const RNDIS_MSG_INIT = 2;
export const RNDIS_MSG_HALT = 3;
export const RNDIS_MSG_QUERY = 4;
export const RNDIS_MSG_SET = 5;
export const RNDIS_MSG_RESET = 6;
export const RNDIS_MSG_INDICATE = 7;
export const RNDIS_MSG_KEEPALIVE = 8;
/** Set in the type of a reply. */
export const RNDIS_COMPLETION = 0x80000000;

export const RNDIS_STATUS_SUCCESS = 0;
export const RNDIS_STATUS_NOT_SUPPORTED = 0xc00000bb;

export const OID_MAXIMUM_FRAME_SIZE = 0x00010106;
export const OID_LINK_SPEED = 0x00010107;
export const OID_PACKET_FILTER = 0x0001010e;
export const OID_MEDIA_CONNECT_STATUS = 0x00010114;
export const OID_RSS_CAPABILITIES = 0x00010203;
export const OID_RSS_PARAMETERS = 0x00010204;
export const OID_PERMANENT_ADDRESS = 0x01010101;
export const OID_OFFLOAD_PARAMETERS = 0xfc01020c;
export const OID_OFFLOAD_CAPABILITIES = 0xfc01020d;

/** Packet filter of the Linux driver: directed, all multicast, broadcast. */
export const FILTER_DEFAULT = 0x0d;

/** Kinds of per-packet information. */
export const INFO_CHECKSUM = 0;
export const INFO_LSO = 2;
export const INFO_8021Q = 6;
export const INFO_HASH = 8;
/**
 * The kind, with the bit of kinds that are not NDIS's own, of what says that a message holds a fragment of a
 * coalesced frame: version 1 in bits 7:0, flags 15:8, a number 31:16.
 */
export const INFO_PACKET_ID = 0x80000001;
export const PACKET_ID_VERSION = 1;
export const PACKET_ID_FRAGMENT = 1 << 8;
export const PACKET_ID_FIRST = 1 << 9;
export const PACKET_ID_LAST = 1 << 10;

/** Bytes of type and length, to which offsets in a message do not count. */
export const RNDIS_BODY = 8;
/** Bytes of the header of a frame without per-packet information. */
export const RNDIS_HEADER = RNDIS_BODY + RNDIS_PACKET.size;
/** What a header without per-packet information says of where its frame is. */
export const RNDIS_DATA_OFFSET = RNDIS_HEADER - RNDIS_BODY;
/** Bytes of one per-packet information with a word of data. */
export const INFO_SIZE = RNDIS_PER_PACKET_INFO.size + 4;
/** Words of a header and of its information that a side copies before it looks at them. */
export const MAX_HEADER_WORDS = 64;

/** Words of the header by the name of the field. */
export const WORD_TYPE = 0;
export const WORD_LENGTH = 1;
export const WORD_DATA_OFFSET = (RNDIS_BODY + RNDIS_PACKET.at.data_offset) / 4;
export const WORD_DATA_LENGTH = (RNDIS_BODY + RNDIS_PACKET.at.data_len) / 4;
export const WORD_INFO_OFFSET = (RNDIS_BODY + RNDIS_PACKET.at.per_pkt_info_offset) / 4;
export const WORD_INFO_LENGTH = (RNDIS_BODY + RNDIS_PACKET.at.per_pkt_info_len) / 4;

/** What goes with a frame, in the order in which it is written: kind, value, kind, value... */
export type PacketInfo = readonly number[];
export const NO_INFO: PacketInfo = [];

/** Bytes of a header with `info`. */
export function headerSize(info: PacketInfo): number {
  return RNDIS_HEADER + (info.length >> 1) * INFO_SIZE;
}

/**
 * Fills in the header of a frame of `length` bytes, from index `start` of `words` on.
 * @param padding bytes behind the frame that belong to the message
 * @returns words of the header
 */
export function fillHeader(
  words: Uint32Array,
  start: number,
  length: number,
  info: PacketInfo,
  padding: number,
): number {
  const size = headerSize(info);
  for (let i = WORD_DATA_LENGTH + 1; i < RNDIS_HEADER / 4; i++) words[start + i] = 0;
  words[start + WORD_TYPE] = RNDIS_MSG_PACKET;
  words[start + WORD_LENGTH] = size + length + padding;
  words[start + WORD_DATA_OFFSET] = size - RNDIS_BODY;
  words[start + WORD_DATA_LENGTH] = length;
  words[start + WORD_INFO_OFFSET] = RNDIS_PACKET.size;
  words[start + WORD_INFO_LENGTH] = size - RNDIS_HEADER;
  let at = start + RNDIS_HEADER / 4;
  for (let i = 0; i < info.length; i += 2) {
    words[at++] = INFO_SIZE;
    words[at++] = info[i];
    words[at++] = RNDIS_PER_PACKET_INFO.size;
    words[at++] = info[i + 1];
  }
  return at - start;
}

/** A message: its type, words of its own structure by offset, and bytes behind that. */
export function rndisMessage(
  type: number,
  size: number,
  fields: readonly (readonly [number, number])[],
  tail: Uint8Array = new Uint8Array(),
): DataView {
  const bytes = new Uint8Array(RNDIS_BODY + size + tail.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, bytes.length, true);
  for (const [offset, value] of fields) view.setUint32(RNDIS_BODY + offset, value, true);
  bytes.set(tail, RNDIS_BODY + size);
  return view;
}

export function initialiseRequest(id: number, maxTransfer: number): DataView {
  const { at, size } = RNDIS_INITIALIZE_REQUEST;
  return rndisMessage(RNDIS_MSG_INIT, size, [
    [at.req_id, id],
    [at.major_ver, 1],
    [at.max_xfer_size, maxTransfer],
  ]);
}

export function queryRequest(id: number, oid: number, info?: Uint8Array): DataView {
  const { at, size } = RNDIS_QUERY_REQUEST;
  const fields = requestFields(at, size, id, oid, info);
  return rndisMessage(RNDIS_MSG_QUERY, size, fields, info);
}

export function setRequest(id: number, oid: number, info: Uint8Array): DataView {
  const { at, size } = RNDIS_SET_REQUEST;
  return rndisMessage(RNDIS_MSG_SET, size, requestFields(at, size, id, oid, info), info);
}

type RequestOffsets = Record<'req_id' | 'oid' | 'info_buflen' | 'info_buf_offset', number>;

function requestFields(
  at: RequestOffsets,
  size: number,
  id: number,
  oid: number,
  info: Uint8Array | undefined,
): [number, number][] {
  return [
    [at.req_id, id],
    [at.oid, oid],
    [at.info_buflen, info?.length ?? 0],
    [at.info_buf_offset, size],
  ];
}

export function haltRequest(id: number): DataView {
  return rndisMessage(RNDIS_MSG_HALT, 4, [[0, id]]);
}

/** The information in a reply to a query; undefined when its length or offset cannot be. */
export function queryResult(reply: DataView): DataView | undefined {
  const { at, size } = RNDIS_QUERY_COMPLETE;
  if (reply.byteLength < RNDIS_BODY + size) return undefined;
  const length = reply.getUint32(RNDIS_BODY + at.info_buflen, true);
  const offset = RNDIS_BODY + reply.getUint32(RNDIS_BODY + at.info_buf_offset, true);
  if (offset + length > reply.byteLength) return undefined;
  return new DataView(reply.buffer, reply.byteOffset + offset, length);
}

/** Status of a reply other than to an indication: the second word of its structure. */
export function replyStatus(reply: DataView): number {
  return reply.byteLength < RNDIS_BODY + 8 ? 1 : reply.getUint32(RNDIS_BODY + 4, true);
}
