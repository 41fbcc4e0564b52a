import { UsageError } from '../../lab/usage.ts';
import { HostMemory, PAGE_SIZE } from '../../machine/memory/host-memory.ts';
import { crc32 } from '../../machine/net/crc32.ts';
import { DESCRIPTOR_WORDS, Ring } from '../../machine/vmbus/ring.ts';
import type { Fields } from './fields.ts';

/** Data pages that a file may ask for. */
const MOST_PAGES = 1024;
/** Words of the longest packet that a length in 16 bits allows, and of one with ranges before it. */
const MOST_WORDS = 2 * 0x10000;

/** Offsets in the control page, as the facts give them; on purpose not those of the model. */
const INTERRUPT_MASK = 8;
const PENDING_SEND_SIZE = 12;
const FEATURE_BITS = 64;
const INDICES = ['writeIndex', 'readIndex'];

/** A ring in host memory as a file describes it, with both sides of it. Its pages are apart on purpose. */
export class SharedRing {
  readonly writer: Ring;
  readonly reader: Ring;
  readonly words = new Uint32Array(MOST_WORDS);
  readonly #host: HostMemory;
  readonly #pages: number[];

  constructor(content: Fields) {
    const size = content.number('dataSize');
    const pages = size / PAGE_SIZE;
    if (!(Number.isInteger(pages) && pages > 0 && pages <= MOST_PAGES))
      throw new UsageError(`${content.where}: dataSize is not 1 to ${MOST_PAGES} whole pages`);
    this.#host = new HostMemory((2 * pages + 4) * PAGE_SIZE);
    this.#pages = Array.from({ length: pages + 1 }, (_, i) => (2 * (pages - i) + 1) * PAGE_SIZE);
    const initial = content.object('initial');
    for (const [i, name] of INDICES.entries()) this.#setControl(4 * i, initial.number(name));
    this.#setControl(INTERRUPT_MASK, initial.number('interruptMask'));
    if (initial.has('pendingSendSize'))
      this.#setControl(PENDING_SEND_SIZE, initial.number('pendingSendSize'));
    this.#setControl(FEATURE_BITS, initial.number('featureBits'));
    this.writer = new Ring(this.#host, this.#pages);
    this.reader = new Ring(this.#host, this.#pages);
  }

  get mask(): number {
    return this.#host.u32[(this.#pages[0] + INTERRUPT_MASK) >>> 2];
  }

  /** A plain store, as the side that owns the field does it. */
  set mask(value: number) {
    this.#setControl(INTERRUPT_MASK, value);
  }

  get data(): Uint8Array {
    const data = new Uint8Array(this.writer.dataSize);
    for (const [i, page] of this.#pages.slice(1).entries())
      data.set(this.#host.bytes.subarray(page, page + PAGE_SIZE), i * PAGE_SIZE);
    return data;
  }

  /** CRC-32 of all data as zip has it, in 8 hexadecimal digits. */
  get dataCrc32(): string {
    let crc = 0xffffffff;
    for (const page of this.#pages.slice(1)) crc = crc32(this.#host.bytes, page, PAGE_SIZE, crc);
    return (~crc >>> 0).toString(16).padStart(8, '0');
  }

  control(length: number): Uint8Array {
    return this.#host.bytes.slice(this.#pages[0], this.#pages[0] + length);
  }

  /** Puts bytes into `words` from word `at` on, padded with zeros; returns the word behind them. */
  putBytes(at: number, bytes: Uint8Array): number {
    const end = at + Math.ceil(bytes.length / 4);
    this.words.fill(0, at, end);
    for (const [i, byte] of bytes.entries()) this.words[at + (i >>> 2)] |= byte << (8 * (i & 3));
    return end;
  }

  /**
   * Writes the packet whose header and payload stand in `words`, of which `count` are used; the reader
   * does not see it yet. Returns whether there was room.
   */
  stage(count: number, payload: number, type: number, flags: number, transaction: bigint): boolean {
    this.words[2] = Number(transaction & 0xffffffffn);
    this.words[3] = Number(transaction >> 32n);
    return this.writer.stage(this.words, count, type, payload - DESCRIPTOR_WORDS, flags);
  }

  #setControl(offset: number, value: number): void {
    this.#host.u32[(this.#pages[0] + offset) >>> 2] = value;
  }
}
