import type { HostMemory } from '../memory/host-memory.ts';
import { fold, onesSum, swap16 } from './checksum.ts';
import { ETHERNET_HEADER } from './frame.ts';
import { IPV6_HEADER, tagBytes } from './segmentation.ts';

/** What a device finds out of a received frame's checksums, as bits; 0 for one that it does not understand. */
export const SUM_IP = 1;
export const SUM_TCP = 2;
export const SUM_UDP = 4;
export const SUM_IP_BAD = 8;
export const SUM_TRANSPORT_BAD = 16;

const TCP = 6;
const UDP = 17;

/**
 * Checks the checksums of the frame of `length` bytes at `address`: IPv4's header, and TCP or UDP over it or
 * over IPv6 without extension headers. A fragment, a length that is not the frame's, and a UDP datagram
 * without a checksum have only their IP header checked.
 */
export function checkSums(host: HostMemory, address: number, length: number): number {
  const { bytes } = host;
  const start = address + tagBytes(host, address);
  const ip = start + ETHERNET_HEADER;
  const end = address + length;
  const type = (bytes[ip - 2] << 8) | bytes[ip - 1];
  if (type === 0x0800 && ip + 20 <= end) return checkIpv4(host, ip, end);
  if (type !== 0x86dd || ip + IPV6_HEADER > end) return 0;
  const inside = (bytes[ip + 4] << 8) | bytes[ip + 5];
  const transport = ip + IPV6_HEADER;
  return checkTransport(host, bytes[ip + 6], ip + 8, 32, transport, transport + inside, end);
}

function checkIpv4(host: HostMemory, ip: number, end: number): number {
  const { bytes } = host;
  const size = (bytes[ip] & 15) * 4;
  if (bytes[ip] >>> 4 !== 4 || size < 20 || ip + size > end) return 0;
  if (onesSum(host, ip, size) !== 0xffff) return SUM_IP | SUM_IP_BAD;
  const inside = (bytes[ip + 2] << 8) | bytes[ip + 3];
  if (((bytes[ip + 6] & 0x3f) | bytes[ip + 7]) !== 0 || inside < size) return SUM_IP;
  return SUM_IP | checkTransport(host, bytes[ip + 9], ip + 12, 8, ip + size, ip + inside, end);
}

/** The frame may end behind the datagram, at `end`: a short one is padded. */
function checkTransport(
  host: HostMemory,
  protocol: number,
  addresses: number,
  addressBytes: number,
  transport: number,
  last: number,
  end: number,
): number {
  const covered = last - transport;
  const least = protocol === TCP ? 20 : 8;
  if ((protocol !== TCP && protocol !== UDP) || last > end || covered < least) return 0;
  if (protocol === UDP && host.bytes[transport + 6] + host.bytes[transport + 7] === 0) return 0;
  const sum = onesSum(host, addresses, addressBytes) + onesSum(host, transport, covered);
  const good = fold(sum + swap16(protocol) + swap16(covered)) === 0xffff;
  return (protocol === TCP ? SUM_TCP : SUM_UDP) | (good ? 0 : SUM_TRANSPORT_BAD);
}
