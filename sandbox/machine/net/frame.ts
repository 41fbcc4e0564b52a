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
  /** Frame length without FCS, 60 to 9014 bytes. */
  length: number;
  seed: number;
}

/** What is wrong with a frame; 0 is nothing. */
export const FRAME_GOOD = 0;
export const FRAME_NOT_OURS = 1;
export const FRAME_BAD_LENGTH = 2;
export const FRAME_BAD_HEADER = 3;
export const FRAME_BAD_CHECKSUM = 4;

const UDP_PORT_BASE = 0x4000;

/**
 * Makes the frames of one flow. The pattern and all but the sequence number are prepared once; a frame
 * is a copy of that with its number and checksum put in, as a stack fills in a prepared header.
 */
export class FrameTemplate {
  readonly length: number;
  readonly address: number;
  #host: HostMemory;
  #image: Uint8Array;
  #sumWithoutSequence: number;

  /** Takes room for one frame from host memory. */
  constructor(host: HostMemory, flow: FlowDescription) {
    this.#host = host;
    this.length = flow.length;
    this.address = host.allocate(flow.length + 8) + 2;
    this.#image = host.bytes.subarray(this.address, this.address + flow.length);
    this.#writeHeaders(flow);
    writePattern(host, this.address + PAYLOAD_OFFSET, flow);
    this.#sumWithoutSequence = this.#udpSum();
  }

  /** Writes frame `sequence` of the flow to the prepared room at `to`, which must be even. */
  write(to: number, sequence: number): void {
    const host = this.#host;
    const bytes = host.bytes;
    bytes.set(this.#image, to);
    const at = to + PAYLOAD_OFFSET;
    bytes[at] = sequence >>> 24;
    bytes[at + 1] = sequence >>> 16;
    bytes[at + 2] = sequence >>> 8;
    bytes[at + 3] = sequence;
    const words = swap16(sequence >>> 16) + swap16(sequence & 0xffff);
    const sum = fold(this.#sumWithoutSequence + words) ^ 0xffff;
    host.u16[(to + 40) >>> 1] = sum === 0 ? 0xffff : sum;
  }

  #writeHeaders(flow: FlowDescription): void {
    const bytes = this.#host.bytes;
    const ip = this.address + ETHERNET_HEADER;
    const udp = ip + 20;
    const ipLength = flow.length - ETHERNET_HEADER;
    bytes.set(macBytes(flow.destination), this.address);
    bytes.set(macBytes(flow.source), this.address + 6);
    bytes.set([0x08, 0x00, 0x45, 0, ipLength >>> 8, ipLength & 0xff, 0, 0, 0x40, 0], ip - 2);
    bytes.set([64, 17, 0, 0, 10, 0, flow.flow >>> 8, flow.flow & 0xff, 10, 1, 0, 1], ip + 8);
    this.#host.u16[(ip + 10) >>> 1] = onesSum(this.#host, ip, 20) ^ 0xffff;
    const port = UDP_PORT_BASE + flow.flow;
    const udpLength = ipLength - 20;
    bytes.set([port >>> 8, port & 0xff, 0x40, 0, udpLength >>> 8, udpLength & 0xff, 0, 0], udp);
  }

  /** Sum over pseudo header, UDP header and payload, with sequence and checksum still zero. */
  #udpSum(): number {
    const ip = this.address + ETHERNET_HEADER;
    const udpLength = this.length - PAYLOAD_OFFSET + 8;
    const covered = onesSum(this.#host, ip + 12, 8 + udpLength);
    return fold(covered + swap16(17) + swap16(udpLength));
  }
}

function writePattern(host: HostMemory, at: number, flow: FlowDescription): void {
  const bytes = host.bytes;
  const end = at + flow.length - PAYLOAD_OFFSET;
  bytes.set([0, 0, 0, 0, flow.flow >>> 24, flow.flow >>> 16, flow.flow >>> 8, flow.flow], at);
  let state = (flow.seed ^ Math.imul(flow.flow + 1, 0x9e3779b9)) | 1;
  for (let i = at + 8; i < end; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
}

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
