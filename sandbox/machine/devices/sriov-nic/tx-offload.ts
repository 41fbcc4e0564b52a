import type { FrameOffload } from '../../memory/frame-offload.ts';
import type { HostMemory } from '../../memory/host-memory.ts';
import { ETHERNET_HEADER, VLAN_TAG_BYTES } from '../../net/frame.ts';
import { fillChecksums, makeSegment, tagBytes } from '../../net/segmentation.ts';
import {
  CONTEXT_INDEX_SHIFT,
  CONTEXT_IPLEN,
  CONTEXT_IPV4,
  CONTEXT_L4_SHIFT,
  CONTEXT_L4LEN_SHIFT,
  CONTEXT_MACLEN_SHIFT,
  CONTEXT_MSS_SHIFT,
  CONTEXT_TAG_SHIFT,
  CONTEXTS,
  L4_TCP,
  L4_UDP,
  TX_IP_CHECKSUM,
  TX_L4_CHECKSUM,
  TX_PAYLEN_SHIFT,
  TX_SEGMENT,
} from './offload-spec.ts';
import type { QueueRegisters } from './queue-registers.ts';
import { TX_REPORT_STATUS } from './spec.ts';

/** What of a transmit queue its offloads work with. */
export interface OffloadQueue {
  readonly registers: QueueRegisters;
  readonly host: HostMemory;
  /** Longest frame that the MAC has room for. */
  readonly maxBytes: number;
  /** Host address of descriptor `index`; -1 when the IOMMU refuses it. */
  descriptor(index: number): number;
  /** Reads `length` bytes at bus address `from`; false when the IOMMU refuses. */
  fetch(from: number, to: number, length: number): boolean;
  /** Reports descriptor `index` done; false when the IOMMU refuses. */
  report(index: number): boolean;
}

/** A frame for the wire; none, because the packet cannot be one; none, because of the IOMMU. */
export const DROPPED = 0;
export const FAULT = -1;

/** Words 0, 2 and 3 of a context descriptor. */
interface Context {
  lengths: number;
  kind: number;
  sizes: number;
}

/**
 * The offloads of one transmit queue: the contexts that its driver has loaded, and the packet at its head
 * that refers to one. A packet is fetched and sent a frame at a time: its headers once, then the payload of
 * each segment.
 *
 * A packet whose context cannot describe it is dropped and its descriptors are given back. What silicon does
 * with one is not published; later parts of the family stop the queue.
 */
export class TransmitOffload {
  /** Whether the packet at the head has frames to be made. */
  active = false;
  #queue: OffloadQueue;
  #contexts: (Context | undefined)[] = new Array(CONTEXTS).fill(undefined);
  #offload: FrameOffload | undefined;
  #headers = new Uint8Array(0);
  #descriptors = 0;
  /** Bytes of the packet, and of its payload those that have gone. */
  #length = 0;
  #sent = 0;
  /** Bytes of the VLAN tag that the context counts. */
  #tag = 0;
  /** Bytes of the descriptor at the head that have been fetched. */
  #used = 0;
  /** Whether a descriptor of the packet has asked for a report. */
  reported = false;

  constructor(queue: OffloadQueue) {
    this.#queue = queue;
  }

  /** Keeps the context in the descriptor at host address `at`. */
  load(at: number): void {
    const { host } = this.#queue;
    const sizes = host.read32(at + 12);
    const context = { lengths: host.read32(at), kind: host.read32(at + 8), sizes };
    this.#contexts[indexOf(sizes)] = context;
  }

  /** VLAN and priority that the context of a packet with `options` has; -1 while none is loaded. */
  tagOf(options: number): number {
    const context = this.#contexts[indexOf(options)];
    return context === undefined ? -1 : context.lengths >>> CONTEXT_TAG_SHIFT;
  }

  /**
   * Looks at the packet of `descriptors` and `length` bytes whose first descriptor is at host address `at`.
   * @returns bytes of its first frame when it asks for an offload; 0 when it is a frame as it stands
   */
  begin(at: number, descriptors: number, length: number): number {
    const { host } = this.#queue;
    const command = host.read32(at + 8);
    const options = host.read32(at + 12);
    const cuts = (command & TX_SEGMENT) !== 0;
    this.active = false;
    if (!cuts && (options & (TX_IP_CHECKSUM | TX_L4_CHECKSUM)) === 0) return 0;
    this.active = true;
    this.reported = false;
    this.#descriptors = descriptors;
    this.#length = length;
    this.#sent = 0;
    this.#used = 0;
    const context = this.#contexts[indexOf(options)];
    const offload = context === undefined ? undefined : describe(context, options, cuts);
    const possible = offload !== undefined && this.#fits(offload, options);
    this.#offload = possible ? offload : undefined;
    if (context !== undefined) this.#tag = tagOf(context);
    return this.nextLength;
  }

  /** Bytes of the frame that `next` makes. */
  get nextLength(): number {
    const offload = this.#offload;
    if (offload === undefined || offload.segment === 0) return this.#length;
    const left = this.#length - offload.headers - this.#sent;
    return offload.headers + Math.min(offload.segment, left);
  }

  /** Makes the packet's next frame at `to`; returns its length, DROPPED or FAULT. */
  next(to: number): number {
    const offload = this.#offload;
    if (offload === undefined) return this.#end() ? DROPPED : FAULT;
    const length = this.nextLength;
    const complete = this.#collect(to, length, offload);
    if (complete === undefined) return FAULT;
    // The context says where the headers are; a tag that it does not know of would move them.
    if (!complete || tagBytes(this.#queue.host, to) !== this.#tag)
      return this.#end() ? DROPPED : FAULT;
    if (offload.segment === 0) fillChecksums(this.#queue.host, to, length, offload);
    else {
      const from = this.#sent;
      this.#sent += length - offload.headers;
      const last = offload.headers + this.#sent >= this.#length;
      makeSegment(this.#queue.host, to, length, offload, from, last);
      if (!last) return length;
    }
    return this.#end() ? length : FAULT;
  }

  #fits(offload: FrameOffload, options: number): boolean {
    const { headers, segment } = offload;
    if (headers > this.#length) return false;
    if (segment === 0) return this.#length <= this.#queue.maxBytes;
    const payload = this.#length - headers;
    const says = options >>> TX_PAYLEN_SHIFT;
    return payload > 0 && says === payload && headers + segment <= this.#queue.maxBytes;
  }

  /** Undefined when the IOMMU refuses, false when the descriptors end before the frame does. */
  #collect(to: number, length: number, offload: FrameOffload): boolean | undefined {
    if (offload.segment === 0) return this.#fetch(to, length);
    const { bytes } = this.#queue.host;
    const { headers } = offload;
    if (this.#sent > 0) bytes.set(this.#headers, to);
    else {
      const complete = this.#fetch(to, headers);
      if (complete !== true) return complete;
      this.#headers = bytes.slice(to, to + headers);
    }
    return this.#fetch(to + headers, length - headers);
  }

  /** Fetches the packet's next bytes. Software may have changed its descriptors since they were counted. */
  #fetch(to: number, length: number): boolean | undefined {
    const queue = this.#queue;
    for (let done = 0; done < length; ) {
      if (this.#descriptors === 0) return false;
      const at = queue.descriptor(queue.registers.head);
      if (at < 0) return undefined;
      const left = (queue.host.read32(at + 8) & 0xffff) - this.#used;
      const count = Math.max(0, Math.min(left, length - done));
      const from = queue.host.read32(at) + queue.host.read32(at + 4) * 4294967296 + this.#used;
      if (count > 0 && !queue.fetch(from, to + done, count)) return undefined;
      done += count;
      this.#used += count;
      if (count >= left && !this.#retire()) return undefined;
    }
    return true;
  }

  /** The packet is through: what is left of its descriptors goes back. */
  #end(): boolean {
    this.active = false;
    while (this.#descriptors > 0) if (!this.#retire()) return false;
    return true;
  }

  /** The descriptor at the head is done; false when the IOMMU refuses the report. */
  #retire(): boolean {
    const queue = this.#queue;
    const { registers } = queue;
    const at = queue.descriptor(registers.head);
    if (at < 0) return false;
    if ((queue.host.read32(at + 8) & TX_REPORT_STATUS) !== 0) {
      if (!queue.report(registers.head)) return false;
      this.reported = true;
    }
    registers.head = registers.head + 1 === registers.entries ? 0 : registers.head + 1;
    this.#descriptors--;
    this.#used = 0;
    return true;
  }
}

function indexOf(word: number): number {
  return (word >>> CONTEXT_INDEX_SHIFT) & (CONTEXTS - 1);
}

function tagOf({ lengths }: Context): number {
  return ((lengths >>> CONTEXT_MACLEN_SHIFT) & 0x7f) - ETHERNET_HEADER;
}

/** What a context and a packet's options ask for; undefined when no packet can be like that. */
function describe(context: Context, options: number, cuts: boolean): FrameOffload | undefined {
  const { lengths, kind, sizes } = context;
  const before = (lengths >>> CONTEXT_MACLEN_SHIFT) & 0x7f;
  const network = lengths & CONTEXT_IPLEN;
  const ipv6 = (kind & CONTEXT_IPV4) === 0;
  const l4 = (kind >>> CONTEXT_L4_SHIFT) & 3;
  const tcp = l4 === L4_TCP;
  const least = tcp ? (cuts ? (sizes >>> CONTEXT_L4LEN_SHIFT) & 0xff : 20) : 8;
  const tag = tagOf(context);
  const segment = cuts ? sizes >>> CONTEXT_MSS_SHIFT : 0;
  if ((tag !== 0 && tag !== VLAN_TAG_BYTES) || (network & 1) !== 0 || network < (ipv6 ? 40 : 20))
    return undefined;
  if ((!tcp && l4 !== L4_UDP) || (tcp && least < 20) || (cuts && (segment === 0 || !tcp)))
    return undefined;
  return {
    ipv6,
    tcp,
    transport: ETHERNET_HEADER + network,
    headers: before + network + least,
    ipChecksum: (options & TX_IP_CHECKSUM) !== 0,
    transportChecksum: (options & TX_L4_CHECKSUM) !== 0,
    segment,
  };
}
