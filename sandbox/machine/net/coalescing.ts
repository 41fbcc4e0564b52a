import type { FrameOffload } from '../memory/frame-offload.ts';
import type { HostMemory } from '../memory/host-memory.ts';
import { fold, onesSum, swap16 } from './checksum.ts';
import { ETHERNET_HEADER, VLAN_OFFSET } from './frame.ts';
import { IPV6_HEADER, TCP_ACK, TCP_PSH } from './segmentation.ts';

/**
 * Receive coalescing: consecutive segments of a TCP connection become one long frame, which can be cut again
 * into the same segments. A NIC, a software switch and a guest's stack do it by the same rules, which are
 * those of Linux's generic receive offload: every header field but sequence number, lengths,
 * identification, checksums and PSH is equal; the identification counts up; each payload but the last is as
 * long as the first; PSH ends the frame. Frames with a VLAN tag, IP options, extension headers or
 * fragments are left alone.
 */

const IPV4_HEADER = 20;
const MAX_HEADERS = 128;
const PROTOCOL_TCP = 6;
/** An IP datagram's length has 16 bits. */
const MAX_DATAGRAM = 65535;
const SEQUENCE = 4;
const FLAGS = 13;
const CHECKSUM = 16;

/** What became of a segment that was offered to a frame in the making. */
export const REFUSED = 0;
export const JOINED = 1;
/** It was taken, and is the last one. */
export const ENDED = 2;

/** A long frame in the making: the headers of its first segment, and what its next one must be. */
export class CoalescedHeader {
  /** Segments in it; 0 while there is no frame. */
  segments = 0;
  /** Bytes of headers, and of payload so far. */
  headers = 0;
  payload = 0;
  /** Bytes of payload in its first segment, and in every other one but the last. */
  segment = 0;
  ipv6 = false;
  #bytes = new Uint8Array(MAX_HEADERS);
  #ended = false;

  /** Offset of TCP's header. */
  get transport(): number {
    return ETHERNET_HEADER + (this.ipv6 ? IPV6_HEADER : IPV4_HEADER);
  }

  /** Whether the frame of `length` bytes at `at` may begin a longer one; it does then. */
  begin(host: HostMemory, at: number, length: number): boolean {
    this.segments = 0;
    const headers = tcpHeaders(host.bytes, at, length);
    if (headers === 0) return false;
    const ipv6 = host.bytes[at + VLAN_OFFSET] === 0x86;
    const transport = ETHERNET_HEADER + (ipv6 ? IPV6_HEADER : IPV4_HEADER);
    if (host.bytes[at + transport + FLAGS] !== TCP_ACK) return false;
    this.#bytes.set(host.bytes.subarray(at, at + headers));
    this.ipv6 = ipv6;
    this.headers = headers;
    this.payload = this.segment = length - headers;
    this.segments = 1;
    this.#ended = false;
    return true;
  }

  /** Whether the frame at `at` is of this one's connection, in its direction. */
  isOf(host: HostMemory, at: number): boolean {
    if (this.segments === 0) return false;
    const from = VLAN_OFFSET;
    for (const [start, end] of [[from, from + 3], this.ipv6 ? [22, 58] : [26, 38]])
      for (let i = start; i < end; i++) if (host.bytes[at + i] !== this.#bytes[i]) return false;
    return true;
  }

  /** Takes the segment of `length` bytes at `at` in if it is the next one. */
  add(host: HostMemory, at: number, length: number): number {
    const payload = length - this.headers;
    const total = this.headers - ETHERNET_HEADER + this.payload + payload;
    if (this.#ended || payload <= 0 || payload > this.segment || total > MAX_DATAGRAM)
      return REFUSED;
    if (!this.#continues(host.bytes, at, length)) return REFUSED;
    this.segments++;
    this.payload += payload;
    const flags = this.transport + FLAGS;
    const pushed = (host.bytes[at + flags] & TCP_PSH) !== 0;
    if (pushed) this.#bytes[flags] |= TCP_PSH;
    this.#ended = pushed || payload < this.segment;
    return this.#ended ? ENDED : JOINED;
  }

  /**
   * Writes the headers of the whole frame to `at`, an even address. TCP's checksum field gets the sum of the
   * pseudo header without a length, as in a frame that is to be cut: nobody sums the whole.
   */
  write(host: HostMemory, at: number): void {
    const { bytes, u16 } = host;
    bytes.set(this.#bytes.subarray(0, this.headers), at);
    const ip = at + ETHERNET_HEADER;
    const covered = this.headers - this.transport + this.payload;
    const length = this.ipv6 ? covered : covered + IPV4_HEADER;
    const field = ip + (this.ipv6 ? 4 : 2);
    bytes[field] = length >>> 8;
    bytes[field + 1] = length;
    const transport = at + this.transport;
    const addresses = ip + (this.ipv6 ? 8 : 12);
    if (!this.ipv6) {
      u16[(ip + 10) >>> 1] = 0;
      u16[(ip + 10) >>> 1] = onesSum(host, ip, IPV4_HEADER) ^ 0xffff;
    }
    const pseudo = onesSum(host, addresses, transport - addresses) + swap16(PROTOCOL_TCP);
    u16[(transport + CHECKSUM) >>> 1] = fold(pseudo);
  }

  /** How the frame can be cut again. */
  offload(): FrameOffload {
    return {
      ipv6: this.ipv6,
      tcp: true,
      transport: this.transport,
      headers: this.headers,
      ipChecksum: !this.ipv6,
      transportChecksum: true,
      segment: this.segment,
    };
  }

  #continues(bytes: Uint8Array, at: number, length: number): boolean {
    const mine = this.#bytes;
    if (tcpHeaders(bytes, at, length) !== this.headers) return false;
    const ip = ETHERNET_HEADER;
    const transport = this.transport;
    for (let i = 0; i < this.headers; i++) {
      if (bytes[at + i] === mine[i]) continue;
      const lengths = this.ipv6 ? i === ip + 4 || i === ip + 5 : i >= ip + 2 && i < ip + 6;
      const ipSum = !this.ipv6 && (i === ip + 10 || i === ip + 11);
      const tcp = i - transport;
      const own =
        (tcp >= SEQUENCE && tcp < SEQUENCE + 4) || tcp === CHECKSUM || tcp === CHECKSUM + 1;
      const pushed = tcp === FLAGS && (bytes[at + i] ^ mine[i]) === TCP_PSH;
      if (!lengths && !ipSum && !own && !pushed) return false;
    }
    if (!this.ipv6) {
      const id = word(mine, ip + 4) + this.segments;
      if (word(bytes, at + ip + 4) !== (id & 0xffff)) return false;
    }
    const sequence = long(mine, transport + SEQUENCE) + this.payload;
    return long(bytes, at + transport + SEQUENCE) === sequence % 4294967296;
  }
}

/**
 * Bytes of the headers of the frame of `length` bytes at `at`; 0 when it is no whole segment of TCP with
 * payload, without a tag, IP options, extension headers or padding.
 */
function tcpHeaders(bytes: Uint8Array, at: number, length: number): number {
  const type = word(bytes, at + VLAN_OFFSET);
  const ip = at + ETHERNET_HEADER;
  const ipv6 = type === 0x86dd;
  if (!ipv6 && type !== 0x0800) return 0;
  const size = ipv6 ? IPV6_HEADER : IPV4_HEADER;
  if (length < ETHERNET_HEADER + size + 20) return 0;
  if (bytes[ip + (ipv6 ? 6 : 9)] !== PROTOCOL_TCP) return 0;
  if (!ipv6 && (bytes[ip] !== 0x45 || (word(bytes, ip + 6) & 0x3fff) !== 0)) return 0;
  const inside = ipv6 ? word(bytes, ip + 4) + IPV6_HEADER : word(bytes, ip + 2);
  const tcp = (bytes[ip + size + 12] >>> 4) * 4;
  const headers = ETHERNET_HEADER + size + tcp;
  const whole = inside === length - ETHERNET_HEADER;
  return whole && tcp >= 20 && headers < length && headers <= MAX_HEADERS ? headers : 0;
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

function long(bytes: Uint8Array, at: number): number {
  return word(bytes, at) * 65536 + word(bytes, at + 2);
}
