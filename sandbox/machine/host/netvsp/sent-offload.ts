import type { FrameOffload } from '../../memory/frame-offload.ts';
import { type HostMemory, PAGE_SIZE } from '../../memory/host-memory.ts';
import type { ScatterList } from '../../memory/scatter-list.ts';
import { ETHERNET_HEADER, MIN_FRAME } from '../../net/frame.ts';
import { IPV6_HEADER } from '../../net/segmentation.ts';
import { COPY } from '../../partition/ledger.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';
import {
  LSO_IPV6,
  LSO_LARGEST,
  LSO_LEAST_SEGMENTS,
  LSO_OFFSET_MASK,
  LSO_OFFSET_SHIFT,
  LSO_SEGMENT_MASK,
  LSO_VERSION_2,
  SEND_IP_HEADER,
  SEND_IPV4,
  SEND_IPV6,
  SEND_OFFSET_MASK,
  SEND_OFFSET_SHIFT,
  SEND_TCP,
  SEND_UDP,
} from '../../vmbus/ndis-offload.ts';
import type { AdapterOffloads } from './offload-control.ts';

/** Bytes of all headers of a frame at most: those are copied before they are looked at. */
const HEADER_PLACE = 256;
/**
 * Payload of a segment at least: what every IPv4 host takes (RFC 9293). A guest must not make tens of
 * thousands of frames out of one.
 */
const LEAST_SEGMENT = 536;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const UDP_HEADER = 8;
const TCP_LEAST = 20;
const TCP_MOST = 60;
/** Where UDP's header ends at most when nobody says where it begins: behind an IPv4 header with options. */
const UDP_MOST = ETHERNET_HEADER + 60 + UDP_HEADER;
/** SYN, RST, URG: no segment of a stream of data has these. */
const TCP_NO_DATA = 0x26;
/** Extension headers of IPv6 that may stand before TCP or UDP: hop by hop, routing, destination. */
const EXTENSIONS = [0, 43, 60];

/** What the information of a frame asks for, each as the word that its guest wrote; 0 when it is not there. */
export interface WorkWanted {
  readonly checksum: number;
  readonly segmentation: number;
}

/** Where the headers of a frame are. */
interface Headers {
  ipv6: boolean;
  protocol: number;
  transport: number;
}

/**
 * Checks what a guest asks to have done to a frame: against what the guest has turned on, and against the
 * frame's own headers, which are copied first, so that nobody changes them between the check and the NIC.
 */
export class SentOffload {
  #host: HostMemory;
  #offloads: AdapterOffloads;
  #maxFrame: () => number;
  #places = new WeakMap<ScatterList, number>();
  #page = 0;
  #left = 0;

  /** @param maxFrame longest frame that the guest may put on the wire, without FCS */
  constructor(host: HostMemory, offloads: AdapterOffloads, maxFrame: () => number) {
    this.#host = host;
    this.#offloads = offloads;
    this.#maxFrame = maxFrame;
  }

  /**
   * Copies the headers of `frame`, which the list then has from here, and says what is to be done to it.
   * @returns undefined for what is not offered, or does not fit the frame
   */
  accept(
    processor: VirtualProcessor,
    frame: ScatterList,
    wanted: WorkWanted,
  ): FrameOffload | undefined {
    if (!this.#offloads.offered || frame.length > LSO_LARGEST + ETHERNET_HEADER) return undefined;
    const length = Math.min(headersAtMost(wanted), frame.length);
    if (length > HEADER_PLACE) return undefined;
    const at = this.#placeFor(frame);
    if (!frame.replaceHead(this.#host, at, length)) return undefined;
    processor.charge(processor.kernel, COPY, processor.lp.costs.copyCold * length, 'copy headers');
    const bytes = this.#host.bytes.subarray(at, at + length);
    const headers = headersOf(bytes);
    if (headers === undefined) return undefined;
    return wanted.segmentation === 0
      ? this.#checksum(bytes, headers, wanted.checksum, frame.length)
      : this.#segments(bytes, headers, wanted.segmentation, frame.length);
  }

  #checksum(
    bytes: Uint8Array,
    { ipv6, protocol, transport }: Headers,
    info: number,
    length: number,
  ): FrameOffload | undefined {
    const tcp = (info & SEND_TCP) !== 0;
    const udp = (info & SEND_UDP) !== 0;
    const ipChecksum = (info & SEND_IP_HEADER) !== 0;
    const kinds = info & (SEND_IPV4 | SEND_IPV6);
    const offset = (info >>> SEND_OFFSET_SHIFT) & SEND_OFFSET_MASK;
    if (kinds !== (ipv6 ? SEND_IPV6 : SEND_IPV4) || (tcp && udp)) return undefined;
    if (tcp || udp) {
      const name = `${tcp ? 'tcp' : 'udp'}_ip_v${ipv6 ? 6 : 4}_csum` as const;
      if (!this.#offloads.sends(name)) return undefined;
      if (protocol !== (tcp ? PROTOCOL_TCP : PROTOCOL_UDP)) return undefined;
      // Windows says an offset for TCP only.
      if (offset !== transport && (tcp || offset !== 0)) return undefined;
    }
    if (ipChecksum && (ipv6 || !this.#offloads.sends('ip_v4_csum'))) return undefined;
    const isTcp = protocol === PROTOCOL_TCP;
    const headers = transport + (isTcp ? TCP_LEAST : UDP_HEADER);
    const inside = ipLength(bytes, ipv6) === length || length <= MIN_FRAME;
    if (headers > bytes.length || !inside || length > this.#maxFrame()) return undefined;
    const transportChecksum = tcp || udp;
    return { ipv6, tcp: isTcp, transport, headers, ipChecksum, transportChecksum, segment: 0 };
  }

  #segments(
    bytes: Uint8Array,
    { ipv6, protocol, transport }: Headers,
    info: number,
    length: number,
  ): FrameOffload | undefined {
    const segment = info & LSO_SEGMENT_MASK;
    const offset = (info >>> LSO_OFFSET_SHIFT) & LSO_OFFSET_MASK;
    const isVersion2 = (info & LSO_VERSION_2) !== 0;
    if (!isVersion2 || ((info & LSO_IPV6) !== 0) !== ipv6 || offset !== transport) return undefined;
    if (!this.#offloads.cuts(ipv6) || protocol !== PROTOCOL_TCP) return undefined;
    if (transport + TCP_LEAST > bytes.length) return undefined;
    const size = (bytes[transport + 12] >>> 4) * 4;
    const headers = transport + size;
    if (size < TCP_LEAST || headers > bytes.length || (bytes[transport + 13] & TCP_NO_DATA) !== 0)
      return undefined;
    if (segment < LEAST_SEGMENT || headers + segment > this.#maxFrame()) return undefined;
    if (length - headers <= segment * (LSO_LEAST_SEGMENTS - 1)) return undefined;
    const says = ipLength(bytes, ipv6);
    const none = ETHERNET_HEADER + (ipv6 ? IPV6_HEADER : 0);
    if (says !== length && says !== none) return undefined;
    const done = { ipChecksum: !ipv6, transportChecksum: true };
    return { ipv6, tcp: true, transport, headers, ...done, segment };
  }

  #placeFor(frame: ScatterList): number {
    const known = this.#places.get(frame);
    if (known !== undefined) return known;
    if (this.#left === 0) {
      this.#page = this.#host.allocate(PAGE_SIZE);
      this.#left = PAGE_SIZE / HEADER_PLACE;
    }
    const at = this.#page + --this.#left * HEADER_PLACE;
    this.#places.set(frame, at);
    return at;
  }
}

/** Bytes that all headers of a frame can have, by where its information says that the last one begins. */
function headersAtMost({ checksum, segmentation }: WorkWanted): number {
  if (segmentation !== 0) return ((segmentation >>> LSO_OFFSET_SHIFT) & LSO_OFFSET_MASK) + TCP_MOST;
  const offset = (checksum >>> SEND_OFFSET_SHIFT) & SEND_OFFSET_MASK;
  return offset === 0 ? UDP_MOST : offset + TCP_LEAST;
}

/** Where the IP header and what follows it are, from a copy of a frame's start; undefined for no IP. */
function headersOf(bytes: Uint8Array): Headers | undefined {
  if (bytes.length < ETHERNET_HEADER + 20) return undefined;
  const type = (bytes[12] << 8) | bytes[13];
  const ip = ETHERNET_HEADER;
  if (type === 0x0800) {
    const size = (bytes[ip] & 15) * 4;
    const whole = ((bytes[ip + 6] & 0x3f) | bytes[ip + 7]) === 0;
    if (bytes[ip] >>> 4 !== 4 || size < 20 || !whole) return undefined;
    return { ipv6: false, protocol: bytes[ip + 9], transport: ip + size };
  }
  if (type !== 0x86dd || bytes.length < ip + IPV6_HEADER || bytes[ip] >>> 4 !== 6) return undefined;
  let protocol = bytes[ip + 6];
  let transport = ip + IPV6_HEADER;
  while (EXTENSIONS.includes(protocol) && transport + 8 <= bytes.length) {
    protocol = bytes[transport];
    transport += (bytes[transport + 1] + 1) * 8;
  }
  return { ipv6: true, protocol, transport };
}

/** Bytes of the frame by what its IP header says. */
function ipLength(bytes: Uint8Array, ipv6: boolean): number {
  const at = ETHERNET_HEADER + (ipv6 ? 4 : 2);
  const says = (bytes[at] << 8) | bytes[at + 1];
  return ETHERNET_HEADER + (ipv6 ? IPV6_HEADER : 0) + says;
}
