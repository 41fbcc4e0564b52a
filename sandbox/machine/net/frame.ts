import type { HostMemory } from '../memory/host-memory.ts';
import { fold, onesSum, swap16 } from './checksum.ts';

/**
 * The frames of the workloads: Ethernet II, IPv4, UDP, and a payload that says which frame it is.
 * Payload: sequence number u32, flow u32, then a pattern that depends on seed and flow. Network order.
 */
export const ETHERNET_HEADER = 14;
export const PAYLOAD_OFFSET = 42;
/** Frame lengths without FCS, in bytes. */
export const MIN_FRAME = 60;
export const MAX_FRAME = 1514;
export const MAX_JUMBO_FRAME = 9014;
/** What a frame occupies on the wire beside itself: preamble and SFD 8, FCS 4, gap 12. */
export const WIRE_OVERHEAD = 24;

/** A tag of IEEE 802.1Q stands between addresses and type: its protocol, and its bytes in all. */
export const VLAN_OFFSET = 12;
export const VLAN_PROTOCOL = 0x8100;
export const VLAN_TAG_BYTES = 4;

/** A station's address: the first two bytes and the last four, so that both halves are exact. */
export interface MacAddress {
  high: number;
  low: number;
}

/** A locally administered address, the `n`th of `group`. */
export function makeMac(group: number, n: number): MacAddress {
  return { high: 0x0200 | (group & 0xff), low: (0x5d000000 | n) >>> 0 };
}

/** Both halves as one exact number, to look up in a Map. */
export function macKey(high: number, low: number): number {
  return high * 4294967296 + low;
}

/** Six bytes in network order. */
export function macBytes(mac: MacAddress): Uint8Array {
  const { high, low } = mac;
  return Uint8Array.of(high >>> 8, high, low >>> 24, low >>> 16, low >>> 8, low);
}

/** The key of the address at `address`: 0 for the destination of a frame there, 6 more for its source. */
export function macKeyAt(host: HostMemory, address: number): number {
  const b = host.bytes;
  const low =
    ((b[address + 2] << 24) | (b[address + 3] << 16) | (b[address + 4] << 8) | b[address + 5]) >>>
    0;
  return macKey((b[address] << 8) | b[address + 1], low);
}

/** Addresses and size of a flow's frames. */
export interface FlowDescription {
  flow: number;
  source: MacAddress;
  destination: MacAddress;
  /** Frame length without FCS, 60 to 9014 bytes; of the longest ones where they vary. */
  length: number;
  /** Lengths by sequence number, from the first again after the last; all have `length` when left out. */
  lengths?: Uint16Array;
  seed: number;
}

/** What is wrong with a frame; 0 is nothing. */
export const FRAME_GOOD = 0;
export const FRAME_NOT_OURS = 1;
export const FRAME_BAD_LENGTH = 2;
export const FRAME_BAD_HEADER = 3;
export const FRAME_BAD_CHECKSUM = 4;

/**
 * Checks a frame in host memory: length against its headers, header checksum, UDP checksum over every
 * byte of payload. Returns one of the FRAME constants.
 */
export function checkFrame(host: HostMemory, address: number, length: number): number {
  const bytes = host.bytes;
  const ip = address + ETHERNET_HEADER;
  if (length < MIN_FRAME || bytes[address + 12] !== 8 || bytes[address + 13] !== 0)
    return FRAME_NOT_OURS;
  if (bytes[ip] !== 0x45 || onesSum(host, ip, 20) !== 0xffff) return FRAME_BAD_HEADER;
  if (((bytes[ip + 2] << 8) | bytes[ip + 3]) !== length - ETHERNET_HEADER) return FRAME_BAD_LENGTH;
  const udpLength = (bytes[ip + 24] << 8) | bytes[ip + 25];
  if (bytes[ip + 9] !== 17 || udpLength !== length - 34) return FRAME_BAD_LENGTH;
  const sum = fold(onesSum(host, ip + 12, 8 + udpLength) + swap16(17) + swap16(udpLength));
  return sum === 0xffff ? FRAME_GOOD : FRAME_BAD_CHECKSUM;
}

/** Sequence number and flow of a frame that `checkFrame` found good. */
export function sequenceOf(host: HostMemory, address: number): number {
  return beWord(host.bytes, address + PAYLOAD_OFFSET);
}

export function flowOf(host: HostMemory, address: number): number {
  return beWord(host.bytes, address + PAYLOAD_OFFSET + 4);
}

/** A number that is the same for all frames of a flow, for spreading flows over queues. */
export function flowHash(host: HostMemory, address: number): number {
  const b = host.bytes;
  return ((b[address + 34] << 8) | b[address + 35]) ^ ((b[address + 36] << 8) | b[address + 37]);
}

function beWord(b: Uint8Array, at: number): number {
  return ((b[at] << 24) | (b[at + 1] << 16) | (b[at + 2] << 8) | b[at + 3]) >>> 0;
}
