import type { HostMemory } from '../memory/host-memory.ts';
import { PAGE_SHIFT, PAGE_SIZE } from '../memory/host-memory.ts';

/** Offsets in the control page, and the feature bit for a pending send size. */
const WRITE_INDEX = 0;
const READ_INDEX = 4;
const INTERRUPT_MASK = 8;
const PENDING_SEND_SIZE = 12;
const FEATURE_BITS = 64;
const FEATURE_PENDING_SIZE = 1;
/** Words of a packet's descriptor, and bytes of the trailer behind its payload. */
export const DESCRIPTOR_WORDS = 4;
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
 * Indices are byte offsets modulo the data size; equal indices mean empty, so the ring is never filled.
 */
export class Ring {
  readonly dataSize: number;
  #host: HostMemory;
  #pages: number[];
  /** Index of the reader's own progress, published by `commit`. */
  #reading: number;
  /** Where the packet that was read last begins. */
  #last = 0;

  /** @param pages host-physical addresses: the control page, then the data pages */
  constructor(host: HostMemory, pages: number[]) {
    this.#host = host;
    this.#pages = pages;
    this.dataSize = (pages.length - 1) * PAGE_SIZE;
    this.#reading = this.readIndex;
  }

  get writeIndex(): number {
    return this.#control(WRITE_INDEX);
  }

  get readIndex(): number {
    return this.#control(READ_INDEX);
  }

  /** Whether the reader asked not to be signalled. */
  get masked(): boolean {
    return this.#control(INTERRUPT_MASK) !== 0;
  }

  set masked(value: boolean) {
    this.#setControl(INTERRUPT_MASK, value ? 1 : 0);
  }

  /** Bytes that the writer may use: never all of them, and none while an index cannot be one. */
  get free(): number {
    const { writeIndex, readIndex } = this;
    if (!this.#isIndex(writeIndex) || !this.#isIndex(readIndex)) return 0;
    return this.dataSize - this.#used(writeIndex, readIndex);
  }

  /** Whether there is something to read beyond what was read already. */
  get hasPackets(): boolean {
    return this.writeIndex !== this.#reading;
  }

  /**
   * The reader stops polling: takes the mask off, and looks once more, since a packet that came before
   * that was not signalled.
   * @returns whether it may sleep; false when it must go on, with the mask on
   */
  endBatch(): boolean {
    if (this.hasPackets) return false;
    this.masked = false;
    if (!this.hasPackets) return true;
    this.masked = true;
    return false;
  }

  /** The writer wants to be told when this many bytes are free. 0 takes it back. */
  set pendingSendSize(bytes: number) {
    this.#setControl(FEATURE_BITS, FEATURE_PENDING_SIZE);
    this.#setControl(PENDING_SEND_SIZE, bytes);
  }

  /**
   * Appends a packet: its descriptor, `headerWords` type-specific words and the payload, all taken from
   * `words`, of which the first four are left free for the descriptor.
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
    const bytes = (count * 4 + 7) & ~7;
    const start = this.writeIndex;
    if (this.free <= bytes + TRAILER) return 0;
    words[0] = type | (((DESCRIPTOR_WORDS + headerWords) >> 1) << 16);
    words[1] = (bytes >>> 3) | (flags << 16);
    words[2] = transaction >>> 0;
    words[3] = Math.floor(transaction / 4294967296);
    let at = start;
    for (let i = 0; i < bytes >>> 2; i++) at = this.#put(at, i < count ? words[i] : 0);
    at = this.#put(at, 0);
    at = this.#put(at, start);
    this.#setControl(WRITE_INDEX, at);
    return !this.masked && this.readIndex === start ? 2 : 1;
  }

  /**
   * Copies the next packet, descriptor included, out of shared memory and into `into`.
   * @returns its length in words; 0 when there is none; RING_CORRUPT when it cannot be one
   */
  read(into: Uint32Array): number {
    const write = this.writeIndex;
    if (!this.#isIndex(write) || !this.#isIndex(this.#reading)) return RING_CORRUPT;
    const available = this.#used(write, this.#reading);
    if (available === 0) return 0;
    if (available < DESCRIPTOR_WORDS * 4 + TRAILER) return RING_CORRUPT;
    const first = this.#get(this.#reading);
    const second = this.#get(this.#step(this.#reading, 4));
    const bytes = (second & 0xffff) * 8;
    const header = (first >>> 16) * 8;
    if (header < 16 || header > bytes || bytes + TRAILER > available || bytes / 4 > into.length)
      return RING_CORRUPT;
    this.#last = this.#reading;
    into[0] = first;
    into[1] = second;
    let at = this.#step(this.#reading, 8);
    for (let i = 2; i < bytes >>> 2; i++) {
      into[i] = this.#get(at);
      at = this.#step(at, 4);
    }
    this.#reading = this.#step(at, TRAILER);
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
    const before = this.dataSize - this.#used(this.writeIndex, this.readIndex);
    this.#setControl(READ_INDEX, this.#reading);
    if ((this.#control(FEATURE_BITS) & FEATURE_PENDING_SIZE) === 0) return false;
    const pending = this.#control(PENDING_SEND_SIZE);
    if (pending === 0) return false;
    const after = this.dataSize - this.#used(this.writeIndex, this.readIndex);
    return before <= pending && pending < after;
  }

  #isIndex(value: number): boolean {
    return value < this.dataSize && (value & 7) === 0;
  }

  #used(write: number, read: number): number {
    const used = write - read;
    return used < 0 ? used + this.dataSize : used;
  }

  #step(at: number, bytes: number): number {
    const next = at + bytes;
    return next >= this.dataSize ? next - this.dataSize : next;
  }

  #put(at: number, value: number): number {
    const page = this.#pages[1 + (at >>> PAGE_SHIFT)];
    this.#host.u32[(page + (at & (PAGE_SIZE - 1))) >>> 2] = value;
    return this.#step(at, 4);
  }

  #get(at: number): number {
    const page = this.#pages[1 + (at >>> PAGE_SHIFT)];
    return this.#host.u32[(page + (at & (PAGE_SIZE - 1))) >>> 2];
  }

  #control(offset: number): number {
    return this.#host.u32[(this.#pages[0] + offset) >>> 2];
  }

  #setControl(offset: number, value: number): void {
    this.#host.u32[(this.#pages[0] + offset) >>> 2] = value;
  }
}
