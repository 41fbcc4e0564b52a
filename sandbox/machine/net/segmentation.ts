import type { FrameOffload } from '../memory/frame-offload.ts';
import type { HostMemory } from '../memory/host-memory.ts';
import { fold, onesSum, swap16 } from './checksum.ts';
import { ETHERNET_HEADER, VLAN_OFFSET, VLAN_PROTOCOL, VLAN_TAG_BYTES } from './frame.ts';

/**
 * What a NIC or a software switch does to a frame whose sender left work to it: fills checksums in, or makes
 * one of the segments that it becomes. Frames lie at an even address in host memory.
 */

/** Offsets in the headers of IPv4, IPv6, TCP and UDP. */
const IPV4_LENGTH = 2;
const IPV4_ID = 4;
const IPV4_CHECKSUM = 10;
const IPV6_LENGTH = 4;
export const IPV6_HEADER = 40;
const TCP_SEQUENCE = 4;
const TCP_FLAGS = 13;
const TCP_CHECKSUM = 16;
const UDP_CHECKSUM = 6;
export const TCP_FIN = 0x01;
export const TCP_PSH = 0x08;
export const TCP_ACK = 0x10;
export const TCP_CWR = 0x80;

/** Bytes of a VLAN tag in the frame at `address`: 4 or 0. The offsets of an offload leave them out. */
export function tagBytes(host: HostMemory, address: number): number {
  const at = address + VLAN_OFFSET;
  const type = (host.bytes[at] << 8) | host.bytes[at + 1];
  return type === VLAN_PROTOCOL ? VLAN_TAG_BYTES : 0;
}

/** Fills in the checksums that were left out of the frame of `length` bytes at `address`. */
export function fillChecksums(
  host: HostMemory,
  address: number,
  length: number,
  offload: FrameOffload,
): void {
  const start = address + tagBytes(host, address);
  const transport = start + offload.transport;
  if (offload.ipChecksum && !offload.ipv6) fillIpChecksum(host, start + ETHERNET_HEADER, transport);
  if (!offload.transportChecksum) return;
  const field = (transport + (offload.tcp ? TCP_CHECKSUM : UDP_CHECKSUM)) >>> 1;
  // The field holds the pseudo header's sum and takes part in this one.
  const sum = onesSum(host, transport, address + length - transport) ^ 0xffff;
  host.u16[field] = sum === 0 && !offload.tcp ? 0xffff : sum;
}

/**
 * Makes the segment whose payload begins at byte `from` of the whole one out of the headers of the whole
 * frame: lengths, IPv4's identification, sequence number, flags, checksums. TCP's checksum field holds the
 * sum of the pseudo header without a length.
 * @param address of the headers and, behind them, the segment's payload; `length` bytes of both
 * @param last whether no segment follows: FIN and PSH are in this one only, and CWR in the first
 */
export function makeSegment(
  host: HostMemory,
  address: number,
  length: number,
  offload: FrameOffload,
  from: number,
  last: boolean,
): void {
  const { bytes, u16 } = host;
  const start = address + tagBytes(host, address);
  const ip = start + ETHERNET_HEADER;
  const transport = start + offload.transport;
  const end = address + length;
  if (offload.ipv6) writeWord(bytes, ip + IPV6_LENGTH, end - ip - IPV6_HEADER);
  else {
    const id = (bytes[ip + IPV4_ID] << 8) | bytes[ip + IPV4_ID + 1];
    writeWord(bytes, ip + IPV4_ID, id + from / offload.segment);
    writeWord(bytes, ip + IPV4_LENGTH, end - ip);
    fillIpChecksum(host, ip, transport);
  }
  const at = transport + TCP_SEQUENCE;
  const sequence =
    ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8)) + bytes[at + 3];
  writeWord(bytes, at, (sequence + from) >>> 16);
  writeWord(bytes, at + 2, sequence + from);
  if (!last) bytes[transport + TCP_FLAGS] &= ~(TCP_FIN | TCP_PSH);
  if (from > 0) bytes[transport + TCP_FLAGS] &= ~TCP_CWR;
  const covered = end - transport;
  u16[(transport + TCP_CHECKSUM) >>> 1] =
    fold(onesSum(host, transport, covered) + swap16(covered)) ^ 0xffff;
}

/** Fills the lengths, and IPv4's checksum, into the headers at `address` of a frame that stays whole. */
export function fillLengths(
  host: HostMemory,
  address: number,
  length: number,
  { ipv6, transport }: FrameOffload,
): void {
  const ip = address + ETHERNET_HEADER;
  const inside = length - ETHERNET_HEADER;
  if (ipv6) writeWord(host.bytes, ip + IPV6_LENGTH, inside - IPV6_HEADER);
  else {
    writeWord(host.bytes, ip + IPV4_LENGTH, inside);
    fillIpChecksum(host, ip, address + transport);
  }
}

function fillIpChecksum(host: HostMemory, ip: number, end: number): void {
  const field = (ip + IPV4_CHECKSUM) >>> 1;
  host.u16[field] = 0;
  host.u16[field] = onesSum(host, ip, end - ip) ^ 0xffff;
}

/** The low 16 bits of `value` in network order. */
function writeWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}
