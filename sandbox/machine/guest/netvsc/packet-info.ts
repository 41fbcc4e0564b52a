import { INFO_8021Q, INFO_CHECKSUM, INFO_HASH, INFO_LSO } from '../../vmbus/rndis.ts';

/** What the stack wants done to a frame, or knows of it. */
export interface FrameWishes {
  /** Hash of the flow; 0 when the stack has none. */
  hash: number;
  /** Tag control information of 802.1Q as on the wire: priority, CFI, VLAN; undefined for no tag. */
  tag?: number;
  /** Bytes of payload in each segment that the host shall cut the frame into; 0 to leave it whole. */
  segment: number;
  /** Whether the host shall fill the checksum of TCP or UDP in. */
  checksum: boolean;
  tcp: boolean;
  ipv6: boolean;
  /** Offset of the header of TCP or UDP. */
  transport: number;
}

const IS_IPV4 = 1;
const IS_IPV6 = 2;
const TCP_CHECKSUM = 4;
const UDP_CHECKSUM = 8;
const CHECKSUM_OFFSET_SHIFT = 16;
const LSO_OFFSET_SHIFT = 20;
const LSO_VERSION_2 = 1 << 30;
const LSO_IPV6 = 1 << 31;

/** Per-packet information for a frame, in the order of the Linux driver: hash, tag, segments or checksum. */
export function packetInfo(wishes: FrameWishes): number[] {
  const { hash, tag, segment, checksum, tcp, ipv6, transport } = wishes;
  const info: number[] = [];
  if (hash !== 0) info.push(INFO_HASH, hash);
  if (tag !== undefined) info.push(INFO_8021Q, tagInformation(tag));
  if (segment > 0) {
    const version = LSO_VERSION_2 | (ipv6 ? LSO_IPV6 : 0);
    info.push(INFO_LSO, (segment | (transport << LSO_OFFSET_SHIFT) | version) >>> 0);
  } else if (checksum) {
    const kind = (ipv6 ? IS_IPV6 : IS_IPV4) | (tcp ? TCP_CHECKSUM : UDP_CHECKSUM);
    info.push(INFO_CHECKSUM, kind | (transport << CHECKSUM_OFFSET_SHIFT));
  }
  return info;
}

/** Priority in the lowest 3 bits, then CFI, then 12 bits of VLAN. */
function tagInformation(tag: number): number {
  return (tag >>> 13) | ((tag & 0x1000) >>> 9) | ((tag & 0xfff) << 4);
}
