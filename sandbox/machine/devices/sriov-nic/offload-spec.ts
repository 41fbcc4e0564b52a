/**
 * Context descriptors of the 82576 and the fields of data descriptors that refer to them: section 5 of the
 * 82576 facts in content/sources. All fields are of the descriptor's 32-bit words 0 to 3.
 */
export const TX_TYPE_MASK = 0xf << 20;
export const TX_TYPE_CONTEXT = 2 << 20;
/** Context, word 0: bytes of the IP header 8:0, of what is before it 15:9, VLAN and priority 31:16. */
export const CONTEXT_IPLEN = 0x1ff;
export const CONTEXT_MACLEN_SHIFT = 9;
export const CONTEXT_TAG_SHIFT = 16;
/** Context, word 2: IPv4; TCP of the kinds of transport. */
export const CONTEXT_IPV4 = 1 << 10;
export const CONTEXT_L4_SHIFT = 11;
export const L4_UDP = 0;
export const L4_TCP = 1;
/** Context, word 3: bytes of TCP's header 15:8, payload of a segment 31:16. */
export const CONTEXT_L4LEN_SHIFT = 8;
export const CONTEXT_MSS_SHIFT = 16;
/** Contexts that a queue keeps, and which one in bits 6:4 of word 3 of either kind of descriptor. */
export const CONTEXTS = 2;
export const CONTEXT_INDEX_SHIFT = 4;
/** Data, word 2: cut the packet into segments. */
export const TX_SEGMENT = 0x80000000;
/** Data, word 3 of a packet's first descriptor: fill in the checksum of IPv4, of TCP or UDP; payload 31:14. */
export const TX_IP_CHECKSUM = 1 << 8;
export const TX_L4_CHECKSUM = 1 << 9;
export const TX_PAYLEN_SHIFT = 14;

/**
 * RXCSUM, of the physical function: check IPv4's checksum, check TCP's and UDP's. Silicon has both on after
 * reset; here they are off until the driver turns them on.
 */
export const REG_RXCSUM = 0x5000;
export const RXCSUM_IP = 1 << 8;
export const RXCSUM_L4 = 1 << 9;
/** Receive write-back, word 2: what was checked, and what was wrong. */
export const RX_UDP_CHECKED = 1 << 4;
export const RX_L4_CHECKED = 1 << 5;
export const RX_IP_CHECKED = 1 << 6;
export const RX_L4_ERROR = 1 << 30;
export const RX_IP_ERROR = 0x80000000;
