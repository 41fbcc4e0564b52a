import type { HostMemory } from '../memory/host-memory.ts';
import { fold, onesSum, swap16 } from './checksum.ts';
import { ETHERNET_HEADER, type MacAddress, macBytes } from './frame.ts';
import { IPV6_HEADER } from './segmentation.ts';

/**
 * The frames of a bulk transfer: Ethernet II, IPv4 or IPv6, TCP with its timestamp option. They carry a
 * stream of bytes in one direction, and acknowledgements in the other. There is no handshake: a stream of
 * segments as an established connection sends it.
 */
export const IPV4_HEADER = 20;
/** TCP's header with timestamps: 20 bytes, two of padding, and the option. */
export const TCP_HEADER = 32;
const PROTOCOL_TCP = 6;
const CHECKSUM = 16;
/** The window of a stream's own segments: its sender expects no data. */
const WINDOW = 0xffff;
/** Places by which both ends have agreed to shift the windows that they announce (RFC 7323). */
export const WINDOW_SHIFT = 4;
export const MAX_WINDOW = WINDOW << WINDOW_SHIFT;

/** Both ends of a stream. */
export interface TcpStream {
  source: MacAddress;
  destination: MacAddress;
  sourcePort: number;
  destinationPort: number;
  ipv6: boolean;
}

/** Bytes in front of a stream's payload. */
export function headersOf(stream: TcpStream): number {
  return transportOf(stream) + TCP_HEADER;
}

/** Offset of a stream's TCP header in its frames. */
export function transportOf({ ipv6 }: TcpStream): number {
  return ETHERNET_HEADER + (ipv6 ? IPV6_HEADER : IPV4_HEADER);
}

/** What is different in each frame of a stream. */
export interface TcpFrame {
  /** Sequence number of the first byte of payload, modulo 2^32. */
  sequence: number;
  /** Identification of IPv4. */
  id: number;
  flags: number;
  /** Bytes of payload. */
  length: number;
  /** Sequence number that is expected next from the other end; 1 when left out. */
  acknowledged?: number;
  /** Bytes behind it that the receiver has room for, rounded down to the units of the header. */
  window?: number;
  /**
   * Who fills TCP's checksum in: the stack itself; a device that finds the pseudo header's sum in its
   * place; one that also cuts the frame, and finds that sum without a length and no length in IPv4.
   */
  checksum: 'whole' | 'partial' | 'segmented';
}

/** Writes the headers of `frame` to `at`, an even address; its payload stands behind them already. */
export function writeTcpHeaders(
  host: HostMemory,
  at: number,
  stream: TcpStream,
  frame: TcpFrame,
): void {
  const { bytes } = host;
  const covered = TCP_HEADER + frame.length;
  bytes.set(macBytes(stream.destination), at);
  bytes.set(macBytes(stream.source), at + 6);
  const ip = at + ETHERNET_HEADER;
  const transport = at + transportOf(stream);
  if (stream.ipv6) writeIpv6(bytes, ip, covered);
  else writeIpv4(host, ip, frame, covered);
  writeTcp(bytes, transport, stream, frame);
  const addresses = ip + (stream.ipv6 ? 8 : 12);
  const length = frame.checksum === 'segmented' ? 0 : covered;
  const pseudo = onesSum(host, addresses, transport - addresses) + swap16(PROTOCOL_TCP);
  const field = (transport + CHECKSUM) >>> 1;
  host.u16[field] = fold(pseudo + swap16(length >>> 16) + swap16(length & 0xffff));
  if (frame.checksum === 'whole') host.u16[field] = onesSum(host, transport, covered) ^ 0xffff;
}

function writeIpv4(host: HostMemory, ip: number, frame: TcpFrame, covered: number): void {
  const { bytes } = host;
  const length = frame.checksum === 'segmented' ? 0 : IPV4_HEADER + covered;
  bytes.set([0x08, 0x00, 0x45, 0, length >>> 8, length, frame.id >>> 8, frame.id, 0x40, 0], ip - 2);
  bytes.set([64, PROTOCOL_TCP, 0, 0, 10, 0, 0, 1, 10, 1, 0, 1], ip + 8);
  if (frame.checksum !== 'segmented')
    host.u16[(ip + 10) >>> 1] = onesSum(host, ip, IPV4_HEADER) ^ 0xffff;
}

/** Addresses of the documentation prefix, 2001:db8::/32. */
function writeIpv6(bytes: Uint8Array, ip: number, covered: number): void {
  bytes.fill(0, ip, ip + IPV6_HEADER);
  bytes.set([0x86, 0xdd, 0x60, 0, 0, 0, covered >>> 8, covered, PROTOCOL_TCP, 64], ip - 2);
  bytes.set([0x20, 0x01, 0x0d, 0xb8], ip + 8);
  bytes[ip + 23] = 1;
  bytes.set([0x20, 0x01, 0x0d, 0xb8], ip + 24);
  bytes[ip + 39] = 2;
}

function writeTcp(bytes: Uint8Array, at: number, stream: TcpStream, frame: TcpFrame): void {
  const { sourcePort, destinationPort } = stream;
  const { sequence, acknowledged = 1 } = frame;
  const window = frame.window === undefined ? WINDOW : frame.window >>> WINDOW_SHIFT;
  bytes.fill(0, at, at + TCP_HEADER);
  bytes.set([sourcePort >>> 8, sourcePort, destinationPort >>> 8, destinationPort], at);
  bytes.set([sequence >>> 24, sequence >>> 16, sequence >>> 8, sequence], at + 4);
  const [a, b, c, d] = [24, 16, 8, 0].map((shift) => acknowledged >>> shift);
  const offset = (TCP_HEADER / 4) << 4;
  bytes.set([a, b, c, d, offset, frame.flags, window >>> 8, window], at + 8);
  bytes.set([1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1], at + 20);
}

/** The other direction of a stream: what its acknowledgements travel as. */
export function reversed(stream: TcpStream): TcpStream {
  const { source, destination, sourcePort, destinationPort, ipv6 } = stream;
  return {
    source: destination,
    destination: source,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
    ipv6,
  };
}

/** Destination port of the frame at `at`; -1 when it is no TCP over IPv4 or IPv6 without options. */
export function portOf(host: HostMemory, at: number, length: number): number {
  const { bytes } = host;
  const ipv6 = bytes[at + 12] === 0x86;
  const transport = at + ETHERNET_HEADER + (ipv6 ? IPV6_HEADER : IPV4_HEADER);
  const protocol = bytes[at + ETHERNET_HEADER + (ipv6 ? 6 : 9)];
  if (transport + 20 > at + length || protocol !== PROTOCOL_TCP) return -1;
  return (bytes[transport + 2] << 8) | bytes[transport + 3];
}

/** What a segment of `stream` at `at` says of the other direction. */
export function acknowledgementAt(
  host: HostMemory,
  at: number,
  stream: TcpStream,
): { acknowledged: number; window: number } {
  const { bytes } = host;
  const tcp = at + transportOf(stream);
  const acknowledged =
    ((bytes[tcp + 8] << 24) | (bytes[tcp + 9] << 16) | (bytes[tcp + 10] << 8) | bytes[tcp + 11]) >>>
    0;
  return { acknowledged, window: ((bytes[tcp + 14] << 8) | bytes[tcp + 15]) << WINDOW_SHIFT };
}
