import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HostMemory, PAGE_SIZE } from '../memory/host-memory.ts';
import {
  DESCRIPTOR_WORDS,
  PACKET_COMPLETION,
  PACKET_GPA_DIRECT,
  PACKET_IN_BAND,
  RING_CORRUPT,
  Ring,
} from './ring.ts';

/** Pages that are apart and out of order in the host, as a guest's may be. */
const CONTROL = 9 * PAGE_SIZE;
const DATA = [14, 4, 11, 6].map((page) => page * PAGE_SIZE);

/** Both sides of a ring with `dataPages` pages of data, each with a view of its own. */
function newRing(dataPages = 1) {
  const host = new HostMemory(1 << 21);
  const pages = [CONTROL, ...DATA.slice(0, dataPages)];
  const word = (at: number) => host.u32[(DATA[at >>> 12] + (at & 4095)) >>> 2];
  const control = (offset: number) => host.u32[(CONTROL + offset) >>> 2];
  const setControl = (offset: number, value: number) => {
    host.u32[(CONTROL + offset) >>> 2] = value;
  };
  const setWord = (at: number, value: number) => {
    host.u32[(DATA[at >>> 12] + (at & 4095)) >>> 2] = value;
  };
  const [writer, reader] = [new Ring(host, pages), new Ring(host, pages)];
  return { host, pages, writer, reader, word, setWord, control, setControl };
}

/** Writes a packet with `payload` words of `fill`; returns what `write` said. */
function send(ring: Ring, payload: number, fill = 7, transaction = 0, flags = 0) {
  const words = new Uint32Array(1200).fill(fill);
  return ring.write(words, DESCRIPTOR_WORDS + payload, PACKET_IN_BAND, 0, flags, transaction);
}

describe('layout of a packet in the ring', () => {
  test('descriptor: type, offset and length in 8 bytes, flags, transaction; then payload', () => {
    const { writer, word, control } = newRing();
    const words = Uint32Array.of(0, 0, 0, 0, 0xaaaa, 0xbbbb, 0xcccc);
    const transaction = 5 * 2 ** 32 + 9;
    expect(writer.write(words, 7, PACKET_GPA_DIRECT, 2, 1, transaction)).toBe(2);
    expect(word(0)).toBe(9 | (3 << 16));
    expect(word(4)).toBe(4 | (1 << 16));
    expect([word(8), word(12)]).toEqual([9, 5]);
    expect([word(16), word(20), word(24), word(28)]).toEqual([0xaaaa, 0xbbbb, 0xcccc, 0]);
    expect(control(0)).toBe(40);
  });

  test('trailer: 8 bytes whose upper half is the offset at which the packet starts', () => {
    const { writer, word } = newRing();
    send(writer, 2);
    send(writer, 3);
    expect([word(24), word(28)]).toEqual([0, 0]);
    expect([word(64), word(68)]).toEqual([0, 32]);
  });

  test('control page: write index at 0, read index at 4, mask at 8, pending size at 12', () => {
    const { writer, reader, control } = newRing();
    writer.initialize();
    send(writer, 2);
    reader.read(new Uint32Array(64));
    reader.commit();
    reader.masked = true;
    writer.pendingSendSize = 300;
    expect([0, 4, 8, 12].map(control)).toEqual([32, 32, 1, 300]);
    expect(control(64) & 1).toBe(1);
  });

  test('a packet goes around the end of the data pages, and its pages need not be adjacent', () => {
    const { writer, reader } = newRing(2);
    const into = new Uint32Array(1024);
    for (let i = 0; i < 40; i++) {
      expect(send(writer, 101, i)).toBeGreaterThan(0);
      expect(reader.read(into)).toBe(106);
      expect([into[4], into[104], into[105]]).toEqual([i, i, 0]);
      reader.commit();
    }
    expect(reader.hasPackets).toBe(false);
  });
});

describe('when to signal', () => {
  test('the writer: only when the ring was empty', () => {
    const { writer, reader } = newRing();
    expect(send(writer, 4)).toBe(2);
    expect(send(writer, 4)).toBe(1);
    reader.read(new Uint32Array(64));
    reader.read(new Uint32Array(64));
    expect(send(writer, 4)).toBe(1);
    reader.read(new Uint32Array(64));
    reader.commit();
    expect(send(writer, 4)).toBe(2);
  });

  test('the writer: not while the reader masks signals', () => {
    const { writer, reader } = newRing();
    reader.masked = true;
    expect(writer.masked).toBe(true);
    expect(send(writer, 4)).toBe(1);
    reader.masked = false;
    expect(send(writer, 4)).toBe(1);
  });

  test('the reader: when its commit makes room for what the writer waits for, once', () => {
    const { writer, reader } = newRing();
    writer.initialize();
    const into = new Uint32Array(1024);
    while (send(writer, 100) !== 0);
    const { free } = writer;
    writer.pendingSendSize = free + 500;
    reader.read(into);
    expect(reader.commit()).toBe(false);
    reader.read(into);
    expect(reader.commit()).toBe(true);
    reader.read(into);
    expect(reader.commit()).toBe(false);
  });

  test('the reader: not when nobody waits', () => {
    const { writer, reader } = newRing();
    writer.initialize();
    while (send(writer, 100) !== 0);
    reader.read(new Uint32Array(1024));
    expect(reader.commit()).toBe(false);
    writer.pendingSendSize = 0;
    reader.read(new Uint32Array(1024));
    expect(reader.commit()).toBe(false);
  });

  test('the reader: not when the feature bit does not say that the writer knows of it', () => {
    const { writer, reader, setControl } = newRing();
    writer.initialize();
    while (send(writer, 100) !== 0);
    writer.pendingSendSize = writer.free;
    setControl(64, 0xfffffffe);
    reader.read(new Uint32Array(1024));
    expect(reader.commit()).toBe(false);
  });

  test('the writer: once for a batch, which the reader sees whole or not at all', () => {
    const { writer, reader } = newRing();
    const words = new Uint32Array(8);
    const into = new Uint32Array(64);
    expect(writer.publish()).toBe(false);
    for (let i = 0; i < 3; i++) {
      words[2] = i;
      expect(writer.stage(words, 8, PACKET_IN_BAND, 0, 0)).toBe(true);
      expect(reader.read(into)).toBe(0);
    }
    expect(writer.publish()).toBe(true);
    for (let i = 0; i < 3; i++) expect([reader.read(into), into[2]]).toEqual([8, i]);
    expect(writer.stage(words, 8, PACKET_IN_BAND, 0, 0)).toBe(true);
    expect(writer.publish()).toBe(false);
  });

  test('the reader, when it stops: what came while it masked signals keeps it awake', () => {
    const { writer, reader } = newRing();
    reader.beginRead();
    expect(send(writer, 2)).toBe(1);
    expect(reader.endRead()).toBe(32);
    reader.beginRead();
    expect(reader.endBatch()).toBe(false);
    reader.read(new Uint32Array(64));
    reader.commit();
    expect(reader.endBatch()).toBe(true);
    expect(send(writer, 2)).toBe(2);
  });
});

describe('the ring is never filled', () => {
  test('a packet that would leave no byte free is refused and changes nothing', () => {
    const { host, writer } = newRing();
    const most = (writer.dataSize - 8 - 16) / 4;
    const before = host.bytes.slice();
    expect(send(writer, most)).toBe(0);
    expect(Buffer.compare(before, host.bytes)).toBe(0);
    expect(send(writer, most - 2)).toBe(2);
    expect(writer.free).toBe(8);
    expect(send(writer, 0)).toBe(0);
  });
});

/** The reference: what the ring holds is a list; bytes are counted, not placed. */
class Model {
  readonly dataSize: number;
  packets: { payload: number; transaction: number; fill: number }[] = [];
  taken = 0;
  masked = false;

  constructor(dataSize: number) {
    this.dataSize = dataSize;
  }

  size(payload: number): number {
    return 16 + ((payload * 4 + 7) & ~7) + 8;
  }

  get used(): number {
    return this.packets.reduce((sum, { payload }) => sum + this.size(payload), 0);
  }

  write(payload: number, transaction: number, fill: number): 0 | 1 | 2 {
    if (this.used + this.size(payload) >= this.dataSize) return 0;
    this.packets.push({ payload, transaction, fill });
    return this.packets.length === 1 && !this.masked ? 2 : 1;
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('write'), n: fc.nat(250) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('read'), n: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('commit'), n: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('mask'), n: fc.nat(1) }) },
);

test('property: any run of writes, reads and commits agrees with a list', () => {
  const runs = fc.array(step, { maxLength: 200, size: 'max' });
  const agree = fc.property(runs, fc.integer({ min: 1, max: 4 }), (steps, pages) => {
    const { writer, reader } = newRing(pages);
    const model = new Model(writer.dataSize);
    const into = new Uint32Array(1024);
    for (const [i, { op, n }] of steps.entries()) {
      if (op === 'write') expect(send(writer, n, i, 2 ** 40 + i)).toBe(model.write(n, i, i));
      else if (op === 'mask') reader.masked = model.masked = n === 1;
      else if (op === 'commit') {
        expect(reader.commit()).toBe(false);
        model.packets.splice(0, model.taken);
        model.taken = 0;
      } else
        for (let k = 0; k < n; k++) {
          const wanted = model.packets[model.taken];
          expect(reader.hasPackets).toBe(wanted !== undefined);
          const words = reader.read(into);
          if (wanted === undefined) expect(words).toBe(0);
          else {
            model.taken++;
            expect(words).toBe((model.size(wanted.payload) - 8) / 4);
            expect(into[2]).toBe(wanted.transaction);
            for (let w = 0; w < wanted.payload; w++) expect(into[4 + w]).toBe(wanted.fill);
          }
        }
      expect(writer.free).toBe(model.dataSize - model.used);
      expect(writer.free).toBeGreaterThan(0);
    }
  });
  fc.assert(agree, { seed: 8, numRuns: 40 });
});

describe('the hostile other side', () => {
  test.each([
    ['a write index beyond the ring', 0, 4096],
    ['a write index of all ones', 0, 0xffffffff],
    ['a write index that is no multiple of 8', 0, 100],
    ['too little for a packet', 0, 16],
  ])('reader: %s is corrupt', (_name, offset, value) => {
    const { reader, setControl } = newRing();
    setControl(offset, value);
    expect(reader.read(new Uint32Array(64))).toBe(RING_CORRUPT);
  });

  test.each([
    ['a header shorter than a descriptor', (1 << 16) | 6, 4],
    ['a header longer than the packet', (5 << 16) | 6, 4],
    ['a packet longer than what was written', (2 << 16) | 6, 60],
    ['a packet of no length', (2 << 16) | 6, 0],
    ['the greatest length there is', 0xffffffff, 0xffffffff],
  ])('reader: %s is corrupt', (_name, first, second) => {
    const { writer, reader, setWord } = newRing();
    send(writer, 20);
    setWord(0, first);
    setWord(4, second);
    expect(reader.read(new Uint32Array(64))).toBe(RING_CORRUPT);
  });

  test('reader: a packet longer than its buffer is corrupt', () => {
    const { writer, reader } = newRing();
    send(writer, 100);
    expect(reader.read(new Uint32Array(64))).toBe(RING_CORRUPT);
  });

  test('reader: a read index that was wrong when the channel opened is corrupt', () => {
    for (const wrong of [4096, 4100, 8191, 0xffffffff, 0x80000000, 3]) {
      const { host, pages, writer, setControl } = newRing();
      send(writer, 20);
      setControl(4, wrong);
      expect(new Ring(host, pages).read(new Uint32Array(64))).toBe(RING_CORRUPT);
    }
  });

  test('reader: what it takes was copied first; later changes do not reach it', () => {
    const { writer, reader, setWord } = newRing();
    send(writer, 4, 0x1111);
    const into = new Uint32Array(64);
    reader.read(into);
    setWord(4, 0xffffffff);
    setWord(16, 0);
    expect([into[1], into[4]]).toEqual([4, 0x1111]);
  });

  test.each([
    ['a read index beyond the ring', 4, 4096],
    ['a read index of all ones', 4, 0xffffffff],
    ['a write index beyond the ring', 0, 4096],
    ['a write index of all ones', 0, 0xffffffff],
  ])('writer: %s is a full ring', (_name, offset, value) => {
    const { host, writer, setControl } = newRing();
    setControl(offset, value);
    const before = host.bytes.slice();
    expect(send(writer, 4)).toBe(0);
    expect(Buffer.compare(before, host.bytes)).toBe(0);
  });

  test('property: any indices and any bytes; no exception, bounded, and only the ring is written', () => {
    const word = fc.oneof(
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.nat(9000),
      fc.constantFrom(0, 8, 4088, 4096, 0x7fffffff, 0x80000000, 0xffffffff),
      fc.nat(20).map((eighths) => (2 << 16) | (eighths << 1) | PACKET_COMPLETION),
    );
    const words = fc.array(word, { minLength: 16, maxLength: 40 });
    const controls = fc.tuple(word, word, fc.nat(1), word);
    const unharmed = fc.property(words, controls, fc.nat(4000), (data, control, payload) => {
      const { host, pages, setControl, setWord } = newRing(2);
      for (let at = 0; at < 8192; at += 4) setWord(at, data[(at >>> 2) % data.length]);
      for (const [i, value] of control.entries()) setControl(4 * i, value);
      setControl(64, 1);
      const outside = () => {
        const bytes = host.bytes.slice(0, 16 * PAGE_SIZE);
        for (const page of pages) bytes.fill(0, page, page + PAGE_SIZE);
        return bytes;
      };
      const before = outside();
      const ring = new Ring(host, pages);
      const into = new Uint32Array(256);
      let reads = 0;
      for (; reads < 1000; reads++) {
        const got = ring.read(into);
        if (got <= 0) break;
        expect(got).toBeLessThanOrEqual(into.length);
      }
      expect(reads).toBeLessThanOrEqual(8192 / 24);
      ring.commit();
      send(ring, payload % 1000);
      send(ring, 10);
      expect(ring.free).toBeLessThanOrEqual(ring.dataSize);
      expect(Buffer.compare(before, outside())).toBe(0);
    });
    fc.assert(unharmed, { seed: 9, numRuns: 60 });
  });
});
