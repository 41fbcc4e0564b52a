import { NDIS_RECV_SCALE_CAP } from '../../vmbus/ndis-structures.ts';
import {
  OID_LINK_SPEED,
  OID_MAXIMUM_FRAME_SIZE,
  OID_MEDIA_CONNECT_STATUS,
  OID_OFFLOAD_CAPABILITIES,
  OID_OFFLOAD_PARAMETERS,
  OID_PACKET_FILTER,
  OID_PERMANENT_ADDRESS,
  OID_RSS_CAPABILITIES,
  OID_RSS_PARAMETERS,
  RNDIS_BODY,
  RNDIS_COMPLETION,
  RNDIS_MSG_HALT,
  RNDIS_MSG_INIT,
  RNDIS_MSG_KEEPALIVE,
  RNDIS_MSG_QUERY,
  RNDIS_MSG_RESET,
  RNDIS_MSG_SET,
  RNDIS_STATUS_NOT_SUPPORTED,
  RNDIS_STATUS_SUCCESS,
  rndisMessage,
} from '../../vmbus/rndis.ts';
import {
  RNDIS_INITIALIZE_COMPLETE,
  RNDIS_QUERY_COMPLETE,
  RNDIS_SET_REQUEST,
} from '../../vmbus/rndis-structures.ts';
import { type AdapterState, TRANSFER } from './control.ts';
import { Spreading } from './spreading.ts';

const ETHERNET_HEADER = 14;
const RNDIS_STATUS_INVALID_DATA = 0xc0010015;
/** Messages of any kind are shorter. */
const MIN_MESSAGE = RNDIS_BODY + 4;
const RSS_CAPABILITIES_TOEPLITZ_IPV4 = 0x00000701;
const INDIRECTION_ENTRIES = 128;

/**
 * Answers a control message of RNDIS. `message` is a copy of what the guest sent.
 * @returns the reply; undefined for a halt, which has none; why the channel must be closed
 */
export function answerRndis(state: AdapterState, message: DataView): DataView | undefined | string {
  if (message.byteLength < MIN_MESSAGE) return 'an RNDIS message that ends too early';
  const type = message.getUint32(0, true);
  const id = message.getUint32(RNDIS_BODY, true);
  if (message.getUint32(4, true) !== message.byteLength)
    return 'an RNDIS message with a wrong length';
  if (type === RNDIS_MSG_INIT) return initialised(state, id);
  if (!state.running) return 'an RNDIS message before its initialisation';
  switch (type) {
    case RNDIS_MSG_HALT:
      state.running = false;
      state.filter = 0;
      return undefined;
    case RNDIS_MSG_QUERY:
      return query(state, id, message);
    case RNDIS_MSG_SET:
      return reply(RNDIS_MSG_SET, id, set(state, message));
    case RNDIS_MSG_KEEPALIVE:
      return reply(RNDIS_MSG_KEEPALIVE, id, RNDIS_STATUS_SUCCESS);
    case RNDIS_MSG_RESET:
      return reply(RNDIS_MSG_RESET, RNDIS_STATUS_SUCCESS, 0);
    default:
      return 'an RNDIS message that this provider does not know';
  }
}

function reply(type: number, first: number, second: number): DataView {
  return rndisMessage((type | RNDIS_COMPLETION) >>> 0, 8, [
    [0, first],
    [4, second],
  ]);
}

function initialised(state: AdapterState, id: number): DataView {
  const { at, size } = RNDIS_INITIALIZE_COMPLETE;
  state.running = state.receive !== undefined;
  return rndisMessage((RNDIS_MSG_INIT | RNDIS_COMPLETION) >>> 0, size, [
    [at.req_id, id],
    [at.status, state.running ? RNDIS_STATUS_SUCCESS : RNDIS_STATUS_NOT_SUPPORTED],
    [at.major_ver, 1],
    [at.dev_flags, 1],
    [at.max_pkt_per_msg, TRANSFER.packets],
    [at.max_xfer_size, TRANSFER.bytes],
    [at.pkt_alignment_factor, TRANSFER.alignmentShift],
  ]);
}

function query(state: AdapterState, id: number, message: DataView): DataView {
  const { at, size } = RNDIS_QUERY_COMPLETE;
  const request = infoOf(message);
  const result = request === undefined ? undefined : resultOf(state, request.oid, request.info);
  return rndisMessage(
    (RNDIS_MSG_QUERY | RNDIS_COMPLETION) >>> 0,
    size,
    [
      [at.req_id, id],
      [at.status, result === undefined ? RNDIS_STATUS_NOT_SUPPORTED : RNDIS_STATUS_SUCCESS],
      [at.info_buflen, result?.length ?? 0],
      [at.info_buf_offset, result === undefined ? 0 : size],
    ],
    result,
  );
}

function resultOf(state: AdapterState, oid: number, info: DataView): Uint8Array | undefined {
  switch (oid) {
    case OID_MAXIMUM_FRAME_SIZE:
      return word(state.maxFrame - ETHERNET_HEADER);
    case OID_PERMANENT_ADDRESS:
      return state.macBytes;
    case OID_MEDIA_CONNECT_STATUS:
      return word(0);
    case OID_LINK_SPEED:
      return word(state.facts.linkSpeed * 10_000);
    case OID_OFFLOAD_CAPABILITIES:
      return state.offloads.capabilities(info);
    case OID_RSS_CAPABILITIES:
      return scaling(state);
    default:
      return undefined;
  }
}

function scaling(state: AdapterState): Uint8Array {
  const { size, at } = NDIS_RECV_SCALE_CAP;
  const result = new Uint8Array(size);
  const view = new DataView(result.buffer);
  result.set([0x88, 2, size, 0]);
  view.setUint32(at.cap_flag, RSS_CAPABILITIES_TOEPLITZ_IPV4, true);
  view.setUint32(at.num_recv_que, state.facts.channels, true);
  view.setUint16(at.num_indirect_tabent, INDIRECTION_ENTRIES, true);
  return result;
}

function set(state: AdapterState, message: DataView): number {
  const request = infoOf(message);
  if (request === undefined) return RNDIS_STATUS_INVALID_DATA;
  const { oid, info } = request;
  if (oid === OID_OFFLOAD_PARAMETERS) return state.offloads.set(info);
  if (oid === OID_PACKET_FILTER) {
    if (info.byteLength !== 4) return RNDIS_STATUS_INVALID_DATA;
    state.filter = info.getUint32(0, true);
    return RNDIS_STATUS_SUCCESS;
  }
  if (oid !== OID_RSS_PARAMETERS) return RNDIS_STATUS_NOT_SUPPORTED;
  const spreading = Spreading.from(info);
  if (spreading === false) return RNDIS_STATUS_INVALID_DATA;
  state.spreading = spreading;
  return RNDIS_STATUS_SUCCESS;
}

/** What a query or a set is about; undefined when its lengths cannot be. */
function infoOf(message: DataView): { oid: number; info: DataView } | undefined {
  const { at, size } = RNDIS_SET_REQUEST;
  if (message.byteLength < RNDIS_BODY + size) return undefined;
  const oid = message.getUint32(RNDIS_BODY + at.oid, true);
  const length = message.getUint32(RNDIS_BODY + at.info_buflen, true);
  const offset = RNDIS_BODY + message.getUint32(RNDIS_BODY + at.info_buf_offset, true);
  if (offset + length > message.byteLength) return undefined;
  return { oid, info: new DataView(message.buffer, message.byteOffset + offset, length) };
}

function word(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
}
