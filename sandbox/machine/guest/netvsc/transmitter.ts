import type { GuestMemory } from '../../memory/guest-memory.ts';
import { PAGE_SIZE } from '../../memory/host-memory.ts';
import { RING } from '../../partition/ledger.ts';
import type { VirtualProcessor } from '../../partition/virtual-processor.ts';
import {
  MAX_PAGE_RANGES,
  NO_SECTION,
  NVSP_RNDIS_COMPLETE,
  NVSP_RNDIS_PACKET,
  NVSP_WORDS,
  RNDIS_CONTROL,
  RNDIS_DATA,
} from '../../vmbus/nvsp.ts';
import {
  DESCRIPTOR_WORDS,
  FLAG_COMPLETION_REQUESTED,
  PACKET_COMPLETION,
  PACKET_GPA_DIRECT,
  PACKET_IN_BAND,
  type Ring,
} from '../../vmbus/ring.ts';
import {
  fillHeader,
  headerSize,
  MAX_HEADER_WORDS,
  NO_INFO,
  type PacketInfo,
} from '../../vmbus/rndis.ts';
import { NO_FRAME, NO_RESPONSE, NO_RESPONSE_HIGH, type Requestor } from './requestor.ts';
import type { SendBuffer } from './send-buffer.ts';

/** Words of a range: bytes, offset, and a page number. */
const RANGE_WORDS = 4;
/** Words before the ranges: descriptor, reserved, number of ranges. */
const RANGES = DESCRIPTOR_WORDS + 2;
/** Bytes of a packet in a ring beyond its words. */
const TRAILER = 8;

/** A frame as the stack hands it over: where its header goes, and where its bytes are. */
export class OutgoingFrame {
  /** Guest address of room for the RNDIS header, in front of the frame. */
  header = 0;
  readonly addresses = new Float64Array(MAX_PAGE_RANGES);
  readonly lengths = new Int32Array(MAX_PAGE_RANGES);
  pieces = 0;
  length = 0;
  info: PacketInfo = NO_INFO;

  clear(): void {
    this.pieces = 0;
    this.length = 0;
    this.info = NO_INFO;
  }

  add(gpa: number, length: number): void {
    this.addresses[this.pieces] = gpa;
    this.lengths[this.pieces++] = length;
    this.length += length;
  }
}

/** What a transmitter does with its ring. */
export type SendingRing = Pick<Ring, 'write' | 'stage' | 'publish' | 'pendingSendSize'>;

/** A packet that found no room in the ring. */
interface HeldPacket {
  words: Uint32Array;
  type: number;
  headerWords: number;
  transaction: number;
}

/**
 * How the guest sends, by the rule of the Linux driver. A frame goes behind others into the section that
 * is open; or its header does, and its data is listed by pages; or it begins a section of its own; or it
 * is listed by pages altogether, when it is too long for a section or none is free. A section stays open
 * only while the stack says that more is coming.
 */
export class Transmitter {
  maxPackets = 1;
  alignment = 1;
  /** Frames that found no free section. */
  noSection = 0;
  #memory: GuestMemory;
  #processor: VirtualProcessor;
  #ring: SendingRing;
  #buffer: SendBuffer;
  #requestor: Requestor;
  #packet = new Uint32Array(RANGES + MAX_PAGE_RANGES * RANGE_WORDS + NVSP_WORDS);
  #words = new Uint32Array(MAX_HEADER_WORDS);
  #reply = new Uint32Array(DESCRIPTOR_WORDS + 2);
  #open = -1;
  #used = 0;
  #frames = 0;
  /** Frames of the open section, as the requestor chains them. */
  #first = NO_FRAME;
  #held: HeldPacket[] = [];
  /** Called when the host must be told that the ring is not empty any more. */
  signal: () => void = () => {};

  constructor(
    memory: GuestMemory,
    processor: VirtualProcessor,
    ring: SendingRing,
    buffer: SendBuffer,
    requestor: Requestor,
  ) {
    this.#memory = memory;
    this.#processor = processor;
    this.#ring = ring;
    this.#buffer = buffer;
    this.#requestor = requestor;
  }

  /** The buffer that was agreed on, once it was. */
  useBuffer(buffer: SendBuffer, maxPackets: number, alignment: number): void {
    this.#buffer = buffer;
    this.maxPackets = maxPackets;
    this.alignment = alignment;
  }

  /** The section that is open, if one is: its number, and the bytes and frames in it. */
  get open(): { section: number; used: number; frames: number } | undefined {
    if (this.#open < 0) return undefined;
    return { section: this.#open, used: this.#used, frames: this.#frames };
  }

  /** Whether packets wait for room in the ring. */
  get full(): boolean {
    return this.#held.length > 0;
  }

  /** Sends a frame. `slot` is what the requestor gives back when the host is through with it. */
  send(frame: OutgoingFrame, slot: number, more: boolean): void {
    const header = headerSize(frame.info);
    const size = header + frame.length;
    const { sectionSize } = this.#buffer;
    const mayJoin = this.#open >= 0 && this.#frames < this.maxPackets;
    if (mayJoin && this.#used + size + this.alignment < sectionSize)
      this.#append(frame, slot, size, more);
    else if (mayJoin && this.#used + header < sectionSize) this.#appendHeader(frame, slot, header);
    else {
      const fits = size + this.alignment < sectionSize;
      const section = fits ? this.#buffer.take() : -1;
      if (fits && section < 0) this.noSection++;
      this.flush();
      if (section < 0) this.#sendPages(frame, slot, header);
      else {
        this.#open = section;
        this.#append(frame, slot, size, more);
      }
    }
  }

  /** Sends what is in the open section: nothing comes behind it. */
  flush(): void {
    if (this.#open < 0) return;
    const at = this.#nvsp(DESCRIPTOR_WORDS, RNDIS_DATA, this.#open, this.#used);
    this.#sendOpen(PACKET_IN_BAND, at, 0);
  }

  /** Sends a control message of RNDIS that stands in guest memory at `gpa`. */
  sendControl(gpa: number, length: number, transaction: number): void {
    const at = this.#range(RANGES, gpa, length);
    this.#writeRanges(at, RNDIS_CONTROL, NO_SECTION, 0, transaction);
  }

  /** Gives a transfer of the host back: its sections are free. */
  completeReceive(transaction: number, status: number): void {
    const words = this.#reply;
    words[DESCRIPTOR_WORDS] = NVSP_RNDIS_COMPLETE;
    words[DESCRIPTOR_WORDS + 1] = status;
    this.write(words, words.length, PACKET_COMPLETION, 0, transaction);
  }

  /** Writes what found no room before, as far as there is room now. */
  retry(): void {
    while (this.#held.length > 0) {
      const { words, type, headerWords, transaction } = this.#held[0];
      if (!this.#put(words, words.length, type, headerWords, transaction)) return;
      this.#held.shift();
    }
    this.#ring.pendingSendSize = 0;
  }

  /** Writes a packet, or keeps it until there is room. */
  write(
    words: Uint32Array,
    count: number,
    type: number,
    headerWords: number,
    transaction: number,
  ): void {
    if (this.#held.length === 0 && this.#put(words, count, type, headerWords, transaction)) return;
    this.#held.push({ words: words.slice(0, count), type, headerWords, transaction });
    if (this.#held.length > 1) return;
    this.#ring.pendingSendSize = count * 4 + TRAILER;
    // The host may have read everything before it could see the size.
    this.retry();
  }

  #put(
    words: Uint32Array,
    count: number,
    type: number,
    headerWords: number,
    transaction: number,
  ): boolean {
    const processor = this.#processor;
    const isReply = type === PACKET_COMPLETION;
    const detail = isReply ? 'put a completion' : 'put a packet';
    processor.charge(processor.kernel, RING, processor.lp.costs.ringPacket, detail);
    if (transaction === NO_RESPONSE) return this.#putNotice(words, count, type, headerWords);
    const flags = isReply ? 0 : FLAG_COMPLETION_REQUESTED;
    const written = this.#ring.write(words, count, type, headerWords, flags, transaction);
    if (written === 2) this.signal();
    return written !== 0;
  }

  /** The transaction of a packet without a completion has all 64 bits, which `write` does not take. */
  #putNotice(words: Uint32Array, count: number, type: number, headerWords: number): boolean {
    words[2] = NO_RESPONSE;
    words[3] = NO_RESPONSE_HIGH;
    if (!this.#ring.stage(words, count, type, headerWords, 0)) return false;
    if (this.#ring.publish()) this.signal();
    return true;
  }

  /** Copies header and data behind what the open section has. */
  #append(frame: OutgoingFrame, slot: number, size: number, more: boolean): void {
    const { alignment } = this;
    const padding = more ? (alignment - (size & (alignment - 1))) & (alignment - 1) : 0;
    const { info, length } = frame;
    let at = this.#used + this.#buffer.putHeader(this.#open, this.#used, length, info, padding);
    for (let i = 0; i < frame.pieces; i++) {
      this.#buffer.copyIn(this.#open, at, frame.addresses[i], frame.lengths[i]);
      at += frame.lengths[i];
    }
    if (padding > 0) this.#buffer.fillZero(this.#open, at, padding);
    this.#chargeCopy(frame.length);
    this.#used = at + padding;
    this.#frames++;
    this.#first = this.#requestor.chain(this.#first, slot);
    if (!more) this.flush();
  }

  /** Copies the header only, and lists the pages of the data: no other frame can follow. */
  #appendHeader(frame: OutgoingFrame, slot: number, header: number): void {
    this.#buffer.putHeader(this.#open, this.#used, frame.length, frame.info, 0);
    this.#used += header;
    this.#first = this.#requestor.chain(this.#first, slot);
    const at = this.#listPieces(RANGES, frame);
    this.#packet[4] = 0;
    this.#packet[5] = (at - RANGES) / RANGE_WORDS;
    const end = this.#nvsp(at, RNDIS_DATA, this.#open, this.#used);
    this.#sendOpen(PACKET_GPA_DIRECT, end, at - DESCRIPTOR_WORDS);
  }

  #sendOpen(type: number, words: number, headerWords: number): void {
    const transaction = this.#requestor.begin(this.#first, this.#open);
    this.#open = -1;
    this.#used = 0;
    this.#frames = 0;
    this.#first = NO_FRAME;
    this.write(this.#packet, words, type, headerWords, transaction);
  }

  /** No copy: the header stands in front of the frame, and the packet lists the pages of both. */
  #sendPages(frame: OutgoingFrame, slot: number, header: number): void {
    const words = fillHeader(this.#words, 0, frame.length, frame.info, 0);
    for (let i = 0; i < words; i++) this.#memory.write32(frame.header + 4 * i, this.#words[i]);
    const at = this.#listPieces(this.#range(RANGES, frame.header, header), frame);
    const first = this.#requestor.chain(NO_FRAME, slot);
    const transaction = this.#requestor.begin(first, -1);
    this.#writeRanges(at, RNDIS_DATA, NO_SECTION, 0, transaction);
  }

  #writeRanges(at: number, kind: number, section: number, size: number, transaction: number): void {
    this.#packet[4] = 0;
    this.#packet[5] = (at - RANGES) / RANGE_WORDS;
    const end = this.#nvsp(at, kind, section, size);
    this.write(this.#packet, end, PACKET_GPA_DIRECT, at - DESCRIPTOR_WORDS, transaction);
  }

  #listPieces(from: number, frame: OutgoingFrame): number {
    let at = from;
    for (let i = 0; i < frame.pieces; i++)
      at = this.#range(at, frame.addresses[i], frame.lengths[i]);
    return at;
  }

  /** Lists guest memory: one range for each page of it. */
  #range(from: number, gpa: number, length: number): number {
    const packet = this.#packet;
    let at = from;
    for (let done = 0; done < length; ) {
      const offset = (gpa + done) % PAGE_SIZE;
      const count = Math.min(length - done, PAGE_SIZE - offset);
      packet[at] = count;
      packet[at + 1] = offset;
      packet[at + 2] = Math.floor((gpa + done) / PAGE_SIZE);
      packet[at + 3] = 0;
      at += RANGE_WORDS;
      done += count;
    }
    return at;
  }

  #nvsp(at: number, kind: number, section: number, size: number): number {
    const packet = this.#packet;
    packet[at] = NVSP_RNDIS_PACKET;
    packet[at + 1] = kind;
    packet[at + 2] = section;
    packet[at + 3] = size;
    for (let i = 4; i < NVSP_WORDS; i++) packet[at + i] = 0;
    return at + NVSP_WORDS;
  }

  #chargeCopy(length: number): void {
    const processor = this.#processor;
    const { costs } = processor.lp;
    const detail = processor.tracing
      ? `${length} bytes into send section ${this.#open}`
      : undefined;
    processor.copyFrame(processor.kernel, length, costs.copyWarm, detail);
  }
}
