/**
 * Messages of NVSP, the protocol of the network's VMBus channel. Source: the VMBus facts in
 * content/sources, section 5. The data path writes them as words, everything else as a DataView.
 */

/** Versions, newest first: 6.1, 6, 5, 4, 2, 1. */
export const NVSP_VERSION_1 = 0x00002;
export const NVSP_VERSION_4 = 0x40000;
export const NVSP_VERSION_5 = 0x50000;
export const NVSP_VERSION_61 = 0x60001;
export const NVSP_VERSIONS: readonly number[] = [
  NVSP_VERSION_61,
  0x60000,
  NVSP_VERSION_5,
  NVSP_VERSION_4,
  0x30002,
  NVSP_VERSION_1,
];

export const NVSP_INIT = 1;
export const NVSP_INIT_COMPLETE = 2;
export const NVSP_NDIS_VERSION = 100;
export const NVSP_RECEIVE_BUFFER = 101;
export const NVSP_RECEIVE_BUFFER_COMPLETE = 102;
export const NVSP_REVOKE_RECEIVE_BUFFER = 103;
export const NVSP_SEND_BUFFER = 104;
export const NVSP_SEND_BUFFER_COMPLETE = 105;
export const NVSP_REVOKE_SEND_BUFFER = 106;
export const NVSP_RNDIS_PACKET = 107;
export const NVSP_RNDIS_COMPLETE = 108;
export const NVSP_NDIS_CONFIG = 125;
export const NVSP_VF_ASSOCIATION = 128;
export const NVSP_SWITCH_DATA_PATH = 129;
export const NVSP_SUBCHANNEL = 133;
export const NVSP_INDIRECTION_TABLE = 134;

export const NVSP_STATUS_NONE = 0;
export const NVSP_STATUS_SUCCESS = 1;
export const NVSP_STATUS_FAILED = 2;

/** Bytes and words of a message from a guest; a provider's are 32 bytes before version 6.1. */
export const NVSP_MESSAGE_SIZE = 40;
export const NVSP_WORDS = NVSP_MESSAGE_SIZE / 4;
/** Bytes before a message's own structure. */
const NVSP_HEADER = 4;

/** Section index of a packet whose data is not in the send buffer. */
export const NO_SECTION = 0xffffffff;
/** What an RNDIS packet message carries. */
export const RNDIS_DATA = 0;
export const RNDIS_CONTROL = 1;
export const RECEIVE_BUFFER_ID = 0xcafe;
export const SEND_BUFFER_ID = 0;

/** Capabilities in the NDIS configuration. */
export const CAPABILITY_SRIOV = 1 << 2;
export const CAPABILITY_8021Q = 1 << 3;
export const CAPABILITY_TEAMING = 1 << 5;
export const CAPABILITY_RSC = 1 << 7;

/** Data paths of a switch message. */
export const DATA_PATH_SYNTHETIC = 0;
export const DATA_PATH_VF = 1;

/** Bytes of a section of the send buffer. */
export const SEND_SECTION_SIZE = 6144;
/** Frames that one RNDIS transfer may hold, and the alignment of each as a power of two. */
export const MAX_PACKETS_PER_TRANSFER = 8;
export const PACKET_ALIGNMENT_SHIFT = 3;
/** Ranges that a packet of a guest may list. */
export const MAX_PAGE_RANGES = 32;

/** The send buffer that a guest shares by default, in bytes. */
export const DEFAULT_SEND_BUFFER = 1 << 20;

/** Bytes of a receive-buffer section for an MTU: headroom 256, MTU with header, suffix 36. */
export function receiveSectionSize(maxFrame: number): number {
  return 256 + maxFrame + 36;
}

/** A message of `type` with nothing else in it. */
export function nvspMessage(type: number, fields: readonly (readonly [number, number])[] = []) {
  const message = new DataView(new ArrayBuffer(NVSP_MESSAGE_SIZE));
  message.setUint32(0, type, true);
  for (const [offset, value] of fields) message.setUint32(NVSP_HEADER + offset, value, true);
  return message;
}

/** A word of a message's own structure, by the field's offset in it. */
export function nvspField(message: DataView, offset: number): number {
  return message.getUint32(NVSP_HEADER + offset, true);
}
