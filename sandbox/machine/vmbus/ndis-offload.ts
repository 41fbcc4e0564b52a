/**
 * Offloads of NDIS as NetVSC and NetVSP speak of them: bits of NDIS_OFFLOAD, values of
 * NDIS_OFFLOAD_PARAMETERS, and the two kinds of per-packet information. Layouts: ndis-structures.ts. Values:
 * the Linux driver, and Windows' documentation of these structures; see decision 0015.
 */

export const ENCAPSULATION_8023 = 2;
/** Checksums of IPv4: with its options, with TCP's, of TCP, of UDP, of the header itself. */
export const IP4_OPTIONS = 0x001;
export const TCP4_OPTIONS = 0x004;
export const TCP4 = 0x010;
export const UDP4 = 0x040;
export const IP4_HEADER = 0x100;
/** Checksums of IPv6: with extension headers, with TCP's options, of TCP, of UDP. */
export const IP6_EXTENSIONS = 0x001;
export const TCP6_OPTIONS = 0x004;
export const TCP6 = 0x010;
export const UDP6 = 0x040;
/** What LSO version 2 can have over IPv6. */
export const LSO6_EXTENSIONS = 0x001;
export const LSO6_TCP_OPTIONS = 0x004;

/** Values of a checksum's parameter, and of an LSO's; 0 leaves it as it is. */
export const PARAMETER_NO_CHANGE = 0;
export const CHECKSUM_OFF = 1;
export const CHECKSUM_TX = 2;
export const CHECKSUM_RX = 3;
export const CHECKSUM_BOTH = 4;
export const LSO_OFF = 1;
export const LSO_ON = 2;
export const RSC_ON = 2;

/** Checksum information of a frame that is sent. */
export const SEND_IPV4 = 1 << 0;
export const SEND_IPV6 = 1 << 1;
export const SEND_TCP = 1 << 2;
export const SEND_UDP = 1 << 3;
export const SEND_IP_HEADER = 1 << 4;
export const SEND_OFFSET_SHIFT = 16;
export const SEND_OFFSET_MASK = 0x3ff;

/** Checksum information of a frame that was received. */
export const RECEIVED_TCP_FAILED = 1 << 0;
export const RECEIVED_UDP_FAILED = 1 << 1;
export const RECEIVED_IP_FAILED = 1 << 2;
export const RECEIVED_TCP_GOOD = 1 << 3;
export const RECEIVED_UDP_GOOD = 1 << 4;
export const RECEIVED_IP_GOOD = 1 << 5;
/** Of a coalesced frame: TCP's checksum is not that of the whole. */
export const RECEIVED_TCP_INVALID = 1 << 7;

/** LSO information: payload of a segment 19:0, offset of TCP's header 29:20, version 2, IPv6. */
export const LSO_SEGMENT_MASK = 0xfffff;
export const LSO_OFFSET_SHIFT = 20;
export const LSO_OFFSET_MASK = 0x3ff;
export const LSO_VERSION_2 = 1 << 30;
export const LSO_IPV6 = 0x80000000;

/** What a provider says of LSO: bytes of a frame before it is cut, and segments that it becomes at least. */
export const LSO_LARGEST = 0xf500;
export const LSO_LEAST_SEGMENTS = 2;
