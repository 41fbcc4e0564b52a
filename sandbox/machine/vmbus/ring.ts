import type { HostMemory } from '../memory/host-memory.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../memory/host-memory.ts';
import { PACKET_DESCRIPTOR, RING_BUFFER } from './ring-structures.ts';

/** Words of the control page, and the feature bit for a pending send size. */
const WRITE_INDEX = RING_BUFFER.at.write_index / 4;
const READ_INDEX = RING_BUFFER.at.read_index / 4;
const INTERRUPT_MASK = RING_BUFFER.at.interrupt_mask / 4;
const PENDING_SEND_SIZE = RING_BUFFER.at.pending_send_sz / 4;
const FEATURE_BITS = RING_BUFFER.at.feature_bits / 4;
const FEATURE_PENDING_SIZE = 1;
/** Words of a packet's descriptor, and bytes of the trailer behind its payload. */
export const DESCRIPTOR_WORDS = PACKET_DESCRIPTOR.size / 4;
const TRAILER = 8;

/** Packet types and the flag that asks for a completion. */
export const PACKET_IN_BAND = 6;
export const PACKET_TRANSFER_PAGES = 7;
export const PACKET_GPA_DIRECT = 9;
export const PACKET_COMPLETION = 11;
export const FLAG_COMPLETION_REQUESTED = 1;

/** What a ring says when its indices or lengths cannot be true. The channel is closed for it. */
export const RING_CORRUPT = -1;

/**
 * One direction of a VMBus channel: a control page and data pages shared by two partitions. Each side
 * makes one of these over the same host pages; a side trusts nothing it reads there.
 *
 * Indices are byte offsets modulo the data size, in steps of 8; equal indices mean empty, so the ring is
 * never filled. The order of accesses is part of the protocol: the writer stores data, then its index,
 * then looks at the reader's index; the reader stores its index, then looks at the pending send size.
 */
export class Ring {
  readonly dataSize: number;
  readonly #u32: Uint32Array;
  /** Word at which the control page starts in the host, and each data page. */
  readonly #control: number;
  readonly #data: Int32Array;
  /** Where the next packet is read, and the last read index that was published. */
  #reading: number;
  /** Where the packet that was read last begins. */
  #last = 0;
  #published: number;
  /** Where the batch being written starts and ends; -1 when there is none. */
  #batch = -1;
  #staged = -1;

  /** @param pages host-physical addresses: the control page, then the data pages */
  constructor(host: HostMemory, pages: readonly number[]) {
    this.#u32 = host.u32;
    this.#control = pages[0] / 4;
    this.#data = Int32Array.from(pages.slice(1), (page) => page / 4);
    this.dataSize = this.#data.length * PAGE_SIZE;
    this.#reading = this.readIndex;
    this.#published = this.#reading;
  }

  get writeIndex(): number {
    return this.#u32[this.#control + WRITE_INDEX];
  }

  get readIndex(): number {
    return this.#u32[this.#control + READ_INDEX];
  }

  /** Where this side, as the reader, reads next; `commit` publishes it. */
  get position(): number {
    return this.#reading;
  }

  /** Whether the reader asked not to be signalled. */
  get masked(): boolean {
    return this.#u32[this.#control + INTERRUPT_MASK] !== 0;
  }

  set masked(value: boolean) {
    this.#u32[this.#control + INTERRUPT_MASK] = value ? 1 : 0;
  }

  /** Bytes that the writer may use: never all of them, and none while an index cannot be one. */
  get free(): number {
    return this.#freeFrom(this.writeIndex);
  }

  /** Whether there is something to read beyond what was read already. */
  get hasPackets(): boolean {
    return this.writeIndex !== this.#reading;
  }

  /** The writer wants to be told when more than this many bytes are free. 0 takes it back. */
  set pendingSendSize(bytes: number) {
    this.#u32[this.#control + PENDING_SEND_SIZE] = bytes;
  }

  /**
   * Makes the ring empty, and lets its writer wait for room: the reader looks at the pending send size
   * only where a feature bit says that the writer knows of it.
   */
  initialize(): void {
    this.#u32.fill(0, this.#control, this.#control + PAGE_SIZE / 4);
    this.#u32[this.#control + FEATURE_BITS] = FEATURE_PENDING_SIZE;
    this.#reading = this.#published = 0;
    this.#staged = -1;
  }

  /** The reader polls: it asks not to be signalled. */
  beginRead(): void {
    this.masked = true;
  }

  /**
   * The reader is through: it may be signalled again.
   * @returns the bytes that came before that and were not signalled; it must go on when there are any
   */
  endRead(): number {
    this.masked = false;
    return this.#distance(this.#reading, this.writeIndex);
  }

  /**
   * The reader stops polling: takes the mask off, and looks once more, since a packet that came before
   * that was not signalled.
   * @returns whether it may sleep; false when it must go on, with the mask on
   */
  endBatch(): boolean {
    if (this.hasPackets) return false;
    if (this.endRead() === 0) return true;
    this.beginRead();
    return false;
  }

  /**
   * Appends a packet and publishes it: its descriptor, `headerWords` type-specific words and the payload,
   * all taken from `words`, of which the first four are left free for the descriptor.
   * @param transaction a number of up to 53 bits
   * @returns 0 when the ring is too full, 1 when written, 2 when written and the reader must be signalled
   */
  write(
    words: Uint32Array,
    count: number,
    type: number,
    headerWords: number,
    flags: number,
    transaction: number,
  ): 0 | 1 | 2 {
    words[2] = transaction;
    words[3] = transaction / 4294967296;
    if (!this.stage(words, count, type, headerWords, flags)) return 0;
    return this.publish() ? 2 : 1;
  }

  /**
   * Appends a packet as `write` does, but the reader does not see it before `publish`. The transaction id
   * is what words 2 and 3 hold.
   * @returns whether there was room; nothing is changed when there was none
   */
  stage(
    words: Uint32Array,
    count: number,
    type: number,
    headerWords: number,
    flags: number,
  ): boolean {
    const bytes = (count * 4 + 7) & ~7;
    const start = this.#staged < 0 ? this.writeIndex : this.#staged;
    if (this.#freeFrom(start) <= bytes + TRAILER) return false;
    words[0] = type | (((DESCRIPTOR_WORDS + headerWords) >> 1) << 16);
    words[1] = (bytes >>> 3) | (flags << 16);
    if (this.#staged < 0) this.#batch = start;
    let at = this.#store(start, words, count);
    if ((count & 1) !== 0) at = this.#storeLast(at);
    const trailer = this.#wordOf(at);
    this.#u32[trailer] = 0;
    this.#u32[trailer + 1] = start;
    this.#staged = this.#step(at, TRAILER);
    return true;
  }

  /**
   * Lets the reader see what was staged.
   * @returns whether the reader must be signalled: it found the ring empty before, and does not mask
   */
  publish(): boolean {
    if (this.#staged < 0) return false;
    this.#u32[this.#control + WRITE_INDEX] = this.#staged;
    this.#staged = -1;
    return !this.masked && this.readIndex === this.#batch;
  }

  /**
   * Copies the next packet, descriptor included, out of shared memory and into `into`.
   * @returns its length in words; 0 when there is none; RING_CORRUPT when it cannot be one
   */
  read(into: Uint32Array): number {
    const start = this.#reading;
    const write = this.writeIndex;
    if (write === start && write < this.dataSize) return 0;
    if (!this.#isIndex(write) || !this.#isIndex(start)) return RING_CORRUPT;
    const available = this.#distance(start, write);
    if (available < DESCRIPTOR_WORDS * 4 + TRAILER) return RING_CORRUPT;
    const word = this.#wordOf(start);
    const first = this.#u32[word];
    const second = this.#u32[word + 1];
    const bytes = (second & 0xffff) * 8;
    const header = (first >>> 16) * 8;
    if (header < 16 || header > bytes || bytes + TRAILER > available || bytes / 4 > into.length)
      return RING_CORRUPT;
    this.#last = this.#reading;
    this.#reading = this.#step(this.#load(start, into, bytes >>> 2), TRAILER);
    into[0] = first;
    into[1] = second;
    return bytes >>> 2;
  }

  /** Forgets that the last packet was read: the next `read` fetches it from shared memory once more. */
  unread(): void {
    this.#reading = this.#last;
  }

  /**
   * Publishes what was read.
   * @returns whether the writer waits for room and now has it: then it must be signalled
   */
  commit(): boolean {
    const read = this.#distance(this.#published, this.#reading);
    if (read === 0) return false;
    const control = this.#control;
    this.#published = this.#reading;
    this.#u32[control + READ_INDEX] = this.#reading;
    if ((this.#u32[control + FEATURE_BITS] & FEATURE_PENDING_SIZE) === 0) return false;
    const pending = this.#u32[control + PENDING_SEND_SIZE];
    if (pending === 0) return false;
    const free = this.dataSize - this.#distance(this.#reading, this.writeIndex);
    return free - read <= pending && pending < free;
  }

  #freeFrom(write: number): number {
    const read = this.readIndex;
    if (!this.#isIndex(write) || !this.#isIndex(read)) return 0;
    return this.dataSize - this.#distance(read, write);
  }

  #isIndex(value: number): boolean {
    return value < this.dataSize && (value & 7) === 0;
  }

  /** Bytes from one index on to another. */
  #distance(from: number, to: number): number {
    return to >= from ? to - from : to - from + this.dataSize;
  }

  #step(at: number, bytes: number): number {
    const next = at + bytes;
    return next >= this.dataSize ? next - this.dataSize : next;
  }

  /** The word in the host of the byte at `at`. */
  #wordOf(at: number): number {
    return this.#data[at >>> PAGE_SHIFT] + ((at & (PAGE_SIZE - 1)) >>> 2);
  }

  /** Puts `count` words at `at`, page by page; returns where they end. */
  #store(at: number, words: Uint32Array, count: number): number {
    const u32 = this.#u32;
    let next = at;
    for (let i = 0; i < count; ) {
      const run = Math.min(count - i, (PAGE_SIZE - (next & (PAGE_SIZE - 1))) >>> 2);
      let to = this.#wordOf(next);
      for (const end = i + run; i < end; i++) u32[to++] = words[i];
      next = this.#step(next, run * 4);
    }
    return next;
  }

  /** Puts the zero that fills a packet up to 8 bytes. */
  #storeLast(at: number): number {
    this.#u32[this.#wordOf(at)] = 0;
    return this.#step(at, 4);
  }

  /** Takes `count` words from `at`, page by page; returns where they end. */
  #load(at: number, into: Uint32Array, count: number): number {
    const u32 = this.#u32;
    let next = at;
    for (let i = 0; i < count; ) {
      const run = Math.min(count - i, (PAGE_SIZE - (next & (PAGE_SIZE - 1))) >>> 2);
      let from = this.#wordOf(next);
      for (const end = i + run; i < end; i++) into[i] = u32[from++];
      next = this.#step(next, run * 4);
    }
    return next;
  }
}
