import { expect, test } from 'vitest';
import { Random } from '../engine/random.ts';
import { HostMemory, PAGE_SIZE } from '../memory/host-memory.ts';
import { RING_CORRUPT, Ring } from './ring.ts';

const OPERATIONS = 1_000_000;
/** What stands everywhere outside the ring, and never in it. */
const CANARY = 0xdeadbeef;
const CONTROL = 9 * PAGE_SIZE;
const DATA = [14, 4, 11].map((page) => page * PAGE_SIZE);
const SIZE = DATA.length * PAGE_SIZE;
/** Offsets in the control page: write index, read index, mask, pending size, feature bits. */
const FIELDS = [0, 4, 8, 12, 64];
/** Values that a careless model would stumble over. */
const ODD = [0, 1, 8, 4, SIZE - 8, SIZE - 4, SIZE, SIZE + 8, 0x7fffffff, 0x80000000, 0xffffffff];

/** Both sides of a ring, and someone who rewrites any of it between their operations. */
class Hostile {
  readonly counts: Record<string, number> = {};
  readonly #random = new Random(20);
  readonly #host = new HostMemory(1);
  readonly #outside: Uint8Array;
  readonly #words = new Uint32Array(400);
  readonly #into = new Uint32Array(400);
  #writer: Ring;
  #reader: Ring;

  constructor() {
    this.#host.u32.fill(CANARY);
    for (const page of [CONTROL, ...DATA]) this.#host.bytes.fill(0, page, page + PAGE_SIZE);
    this.#outside = this.#withoutRing();
    this.#writer = this.#open();
    this.#reader = this.#open();
    this.#writer.initialize();
  }

  run(operations: number): void {
    const work = [this.#write, this.#write, this.#write, this.#stage, this.#publish];
    work.push(this.#read, this.#read, this.#read, this.#commit, this.#endRead, this.#pending);
    const harm = [this.#rewriteControl, this.#rewriteData, this.#rewriteDescriptor];
    const steps = [...work, ...work, ...work, ...harm, this.#repair, this.#repair];
    for (let i = 1; i <= operations; i++) {
      steps[this.#random.below(steps.length)].call(this);
      if (i % 500 === 0) [this.#writer, this.#reader] = [this.#open(), this.#open()];
      if (i % 2000 === 0 && Buffer.compare(this.#outside, this.#withoutRing()) !== 0)
        throw new Error(`operation ${i} wrote outside the ring`);
    }
  }

  #open(): Ring {
    return new Ring(this.#host, [CONTROL, ...DATA]);
  }

  #withoutRing(): Uint8Array {
    const bytes = this.#host.bytes.slice(0, 20 * PAGE_SIZE);
    for (const page of [CONTROL, ...DATA]) bytes.fill(0, page, page + PAGE_SIZE);
    return bytes;
  }

  #holds(condition: boolean, what: string): void {
    if (!condition) throw new Error(`does not hold: ${what}`);
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  #get(offset: number): number {
    return this.#host.u32[(CONTROL + offset) >>> 2];
  }

  #set(offset: number, value: number): void {
    this.#host.u32[(CONTROL + offset) >>> 2] = value;
  }

  #isIndex(value: number): boolean {
    return value < SIZE && value % 8 === 0;
  }

  /** Bytes from one index to another, by division and not by the ring's own way. */
  #between(from: number, to: number): number {
    return (((to - from) % SIZE) + SIZE) % SIZE;
  }

  #write(): void {
    const payload = this.#random.below(200);
    const total = 16 + Math.ceil(payload / 2) * 8 + 8;
    const [start, read] = [this.#get(0), this.#get(4)];
    this.#writer.publish();
    const from = this.#get(0);
    const written = this.#writer.write(this.#words, 4 + payload, 6, 0, 1, 2 ** 52 + payload);
    const fits =
      this.#isIndex(from) && this.#isIndex(read) && this.#between(read, from) + total < SIZE;
    this.#holds((written !== 0) === fits, 'a packet is written exactly when there is room');
    if (written === 0) {
      this.#holds(this.#get(0) === from, 'a refusal changes no index');
      this.#count(this.#isIndex(start) && this.#isIndex(read) ? 'full' : 'refused');
      return;
    }
    this.#holds(this.#get(0) === (from + total) % SIZE, 'the write index goes on by the packet');
    const signal = this.#get(8) === 0 && read === from;
    this.#holds((written === 2) === signal, 'the writer signals when it was empty and not masked');
    this.#count(signal ? 'signalled' : 'written');
  }

  #stage(): void {
    const before = this.#get(0);
    const staged = this.#writer.stage(this.#words, 4 + this.#random.below(50), 7, 0, 0);
    this.#holds(this.#get(0) === before, 'what is staged is not published');
    if (staged) this.#count('staged');
  }

  #publish(): void {
    this.#writer.publish();
    this.#holds(this.#writer.free <= SIZE && this.#writer.free >= 0, 'free is a part of the ring');
  }

  #read(): void {
    const [at, write] = [this.#reader.position, this.#get(0)];
    const got = this.#reader.read(this.#into);
    if (got <= 0) {
      this.#holds(got === 0 || got === RING_CORRUPT, 'a read gives words, none, or corrupt');
      this.#holds(got !== 0 || at === write, 'there is nothing only where the indices are equal');
      this.#holds(this.#reader.position === at, 'what is not read does not move the reader');
      this.#count(got === 0 ? 'empty' : 'corrupt');
      return;
    }
    const into = this.#into;
    this.#holds(got >= 4 && got === (into[1] & 0xffff) * 2, 'the length is that of the copy');
    this.#holds(into[0] >>> 16 >= 2 && (into[0] >>> 16) * 2 <= got, 'the header is inside');
    this.#holds(got * 4 + 8 <= this.#between(at, write), 'a packet ends before the write index');
    this.#holds(this.#reader.position === (at + got * 4 + 8) % SIZE, 'the reader goes on by it');
    for (let i = 0; i < got; i++) this.#holds(into[i] !== CANARY, 'only the ring is read');
    this.#count('read');
  }

  #commit(): void {
    const [write, before, after] = [this.#get(0), this.#get(4), this.#reader.position];
    const signal = this.#reader.commit();
    if (this.#get(4) !== before) this.#holds(this.#get(4) === after, 'the progress is published');
    const waits = (this.#get(64) & 1) === 1 && this.#get(12) !== 0;
    this.#holds(!signal || waits, 'the reader signals only a writer that waits');
    if (signal && this.#isIndex(write))
      this.#holds(SIZE - this.#between(after, write) > this.#get(12), 'and only when it has room');
    if (signal) this.#count('woke the writer');
  }

  #endRead(): void {
    this.#reader.beginRead();
    this.#holds(this.#get(8) === 1, 'a reader that polls masks signals');
    const sleeps = this.#reader.endBatch();
    this.#holds(this.#get(8) === (sleeps ? 0 : 1), 'one that goes on keeps the mask');
    this.#holds(sleeps === (this.#get(0) === this.#reader.position), 'none sleeps with packets');
  }

  #pending(): void {
    this.#writer.pendingSendSize = this.#random.below(SIZE / 8) * 8;
  }

  #rewriteControl(): void {
    const odd = this.#random.below(2) === 0;
    const value = odd ? ODD[this.#random.below(ODD.length)] : this.#random.below(2 * SIZE);
    this.#set(FIELDS[this.#random.below(FIELDS.length)], value);
  }

  /** Indices that can be, so that the rest goes on: an empty ring, or one with something in it. */
  #repair(): void {
    const at = this.#reader.position;
    const start = this.#isIndex(at) ? at : 0;
    this.#set(4, start);
    this.#set(0, this.#random.below(3) === 0 ? this.#random.below(SIZE / 8) * 8 : start);
    this.#set(8, 0);
    this.#set(64, 1);
  }

  #rewriteData(): void {
    const at = this.#random.below(SIZE / 4) * 4;
    this.#host.u32[(DATA[at >>> 12] + (at & 4095)) >>> 2] = this.#random.below(0x7fffffff);
  }

  /** A header and a length that may be right, where the reader looks next. */
  #rewriteDescriptor(): void {
    const at = this.#reader.position;
    if (!this.#isIndex(at)) return;
    const word = (DATA[at >>> 12] + (at & 4095)) >>> 2;
    this.#host.u32[word] = (this.#random.below(8) << 16) | 6;
    this.#host.u32[word + 1] = this.#random.below(60);
  }
}

test(`${OPERATIONS} operations of a hostile writer and reader break no rule of the ring`, () => {
  const hostile = new Hostile();
  hostile.run(OPERATIONS);
  for (const what of ['written', 'signalled', 'full', 'refused', 'read', 'empty', 'corrupt'])
    expect(hostile.counts[what], what).toBeGreaterThan(1000);
  expect(hostile.counts['woke the writer']).toBeGreaterThan(10);
}, 60_000);
