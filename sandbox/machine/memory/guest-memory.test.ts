import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GuestMemory, READ, WRITE } from './guest-memory.ts';
import { HostMemory, LARGE_PAGE_SIZE, OutOfMemoryError, PAGE_SIZE } from './host-memory.ts';

const MEBIBYTE = 1 << 20;

/** Two partitions on one host. `b` got its large pages after `a` got its own. */
function twoPartitions() {
  const host = new HostMemory(12 * MEBIBYTE);
  const a = new GuestMemory(host, 4 * MEBIBYTE);
  const b = new GuestMemory(host, 4 * MEBIBYTE);
  return { host, a, b };
}

describe('second-level translation', () => {
  test('a guest-physical address is not the host-physical one', () => {
    const { a, b } = twoPartitions();
    expect(a.translate(0x1234, READ)).not.toBe(0x1234);
    expect(a.translate(0x1234, READ)).not.toBe(b.translate(0x1234, READ));
    expect(a.translate(0x1234, READ) % PAGE_SIZE).toBe(0x234);
  });

  test('memory is given in large pages', () => {
    const host = new HostMemory(8 * MEBIBYTE);
    expect(new GuestMemory(host, 1).size).toBe(LARGE_PAGE_SIZE);
    expect(() => new GuestMemory(host, 8 * MEBIBYTE)).toThrow(OutOfMemoryError);
  });

  test('two partitions never share a host page', () => {
    const { a, b } = twoPartitions();
    const pages = (memory: GuestMemory) =>
      Array.from({ length: memory.size / PAGE_SIZE }, (_, page) => memory.frameOf(page));
    const all = [...pages(a), ...pages(b)];
    expect(new Set(all).size).toBe(all.length);
    expect(a.frameOf(-1)).toBe(-1);
    expect(a.frameOf(a.size / PAGE_SIZE)).toBe(-1);
  });

  test('a page protected from writing can be read and keeps its bytes', () => {
    const { a } = twoPartitions();
    a.write32(0x5000, 0xc0ffee);
    a.protect(5, READ);
    a.write32(0x5000, 1);
    expect(a.read32(0x5000)).toBe(0xc0ffee);
    expect(a.lastFault).toEqual({ gpa: 0x5000, access: WRITE });
    expect(a.faults).toBe(1);
  });

  test('a page without any access reads ones', () => {
    const { a } = twoPartitions();
    a.protect(5, 0);
    expect(a.read8(0x5000)).toBe(0xff);
    expect(a.read32(0x5ffc)).toBe(0xffffffff);
    expect(a.lastFault).toEqual({ gpa: 0x5ffc, access: READ });
  });

  test.each([
    ['behind the end', 4 * MEBIBYTE],
    ['far behind it, beyond 32 bits', 2 ** 40],
    ['below zero', -4],
  ])('an access %s reads ones, drops what is written, and throws nothing', (_name, gpa) => {
    const { host, a } = twoPartitions();
    const before = host.bytes.slice();
    a.write32(gpa, 0);
    a.write8(gpa, 0);
    a.writeFrom(gpa, new Uint8Array(100), 0, 100);
    expect(Buffer.compare(before, host.bytes)).toBe(0);
    expect(a.read32(gpa)).toBe(0xffffffff);
    const target = new Uint8Array(8);
    expect(a.readInto(gpa, target, 2, 4)).toBe(0);
    expect([...target]).toEqual([0, 0, 255, 255, 255, 255, 0, 0]);
    expect(a.lastFault?.gpa).toBe(gpa);
  });
});

describe('accesses across pages', () => {
  test('words and copies go where each page is', () => {
    const host = new HostMemory(12 * MEBIBYTE);
    const a = new GuestMemory(host, 4 * MEBIBYTE);
    // The boundary of large pages: adjacent for the guest, not for the host.
    const edge = LARGE_PAGE_SIZE;
    expect(a.translate(edge, READ)).not.toBe(a.translate(edge - 1, READ) + 1);
    a.write32(edge - 2, 0x44332211);
    expect([-2, -1, 0, 1].map((i) => a.read8(edge + i))).toEqual([0x11, 0x22, 0x33, 0x44]);
    expect(a.read32(edge - 2)).toBe(0x44332211);
    expect(host.bytes[a.translate(edge, READ)]).toBe(0x33);
  });

  test('a copy over the end stops at the end', () => {
    const { a } = twoPartitions();
    const end = 4 * MEBIBYTE;
    expect(a.writeFrom(end - 3, new Uint8Array(10).fill(7), 0, 10)).toBe(3);
    const target = new Uint8Array(10);
    expect(a.readInto(end - 3, target, 0, 10)).toBe(3);
    expect([...target]).toEqual([7, 7, 7, 255, 255, 255, 255, 255, 255, 255]);
  });

  test('a span is refused where the host pages are not adjacent, or not allowed', () => {
    const { a } = twoPartitions();
    expect(a.span(0x1ff0, 0x20, READ)).toBe(a.translate(0x1ff0, READ));
    expect(a.span(LARGE_PAGE_SIZE - 8, 8, READ)).toBeGreaterThan(0);
    expect(a.span(LARGE_PAGE_SIZE - 8, 16, READ)).toBe(-1);
    a.protect(3, READ);
    expect(a.span(0x2ff0, 0x20, READ)).toBeGreaterThan(0);
    expect(a.span(0x2ff0, 0x20, WRITE)).toBe(-1);
  });

  test('a span as long as 32 bits can say is refused', () => {
    const { a } = twoPartitions();
    expect(a.span(0x10000, 0xffffffff, READ)).toBe(-1);
    expect(a.span(0x10000, 2 ** 40, READ)).toBe(-1);
  });
});

describe("the guest's allocator", () => {
  test('gives pages that do not overlap and do not cross a large page, until it is full', () => {
    const { a } = twoPartitions();
    const first = a.allocate(1);
    const second = a.allocate(PAGE_SIZE + 1);
    const third = a.allocate(LARGE_PAGE_SIZE);
    expect([first, second]).toEqual([PAGE_SIZE, 2 * PAGE_SIZE]);
    expect(third).toBe(LARGE_PAGE_SIZE);
    expect(() => a.allocate(1)).toThrow(RangeError);
  });
});

describe('property: a partition against a plain array', () => {
  const size = 4 * MEBIBYTE;
  const near = [PAGE_SIZE, LARGE_PAGE_SIZE, size].map((edge) =>
    fc.integer({ min: edge - 9, max: edge + 9 }),
  );
  const address = fc.oneof(...near, fc.integer({ min: -9, max: size + 9000 }));
  const access = fc.record({
    gpa: address,
    value: fc.integer({ min: 0, max: 0xffffffff }),
    width: fc.constantFrom(8, 32, 5000),
  });

  test('what is written inside is read back; nothing else of the host changes', () => {
    const host = new HostMemory(12 * MEBIBYTE);
    const neighbour = new GuestMemory(host, 2 * MEBIBYTE);
    const guest = new GuestMemory(host, size);
    const model = new Uint8Array(size);
    const agree = fc.property(fc.array(access, { minLength: 1, maxLength: 20 }), (accesses) => {
      for (const { gpa, value, width } of accesses) {
        const bytes = new Uint8Array(width / 8 < 5 ? width / 8 : width);
        for (let i = 0; i < bytes.length; i++) bytes[i] = value >>> (8 * (i & 3));
        if (width === 8) guest.write8(gpa, value & 0xff);
        else if (width === 32) guest.write32(gpa, value);
        else guest.writeFrom(gpa, bytes, 0, width);
        for (let i = 0; i < bytes.length; i++)
          if (gpa + i >= 0 && gpa + i < size) model[gpa + i] = bytes[i];
        const back = new Uint8Array(bytes.length);
        guest.readInto(gpa, back, 0, back.length);
        const wanted = bytes.map((byte, i) => (gpa + i >= 0 && gpa + i < size ? byte : 0xff));
        expect(Buffer.compare(back, wanted)).toBe(0);
      }
    });
    fc.assert(agree, { seed: 2, numRuns: 60 });
    const whole = new Uint8Array(size);
    guest.readInto(0, whole, 0, size);
    expect(Buffer.compare(whole, model)).toBe(0);
    const other = new Uint8Array(neighbour.size);
    neighbour.readInto(0, other, 0, other.length);
    expect(other.some((byte) => byte !== 0)).toBe(false);
  });

  test('a span is one piece of the partition, every byte of it', () => {
    const { a } = twoPartitions();
    const length = fc.oneof(
      fc.integer({ min: 1, max: 9000 }),
      fc.integer({ min: 1, max: 2 ** 33 }),
    );
    const whole = fc.property(address, length, (gpa, bytes) => {
      const start = a.span(gpa, bytes, READ);
      if (start < 0) return;
      expect(gpa >= 0 && gpa + bytes <= a.size).toBe(true);
      for (let at = 0; at < bytes; at += 512) expect(a.translate(gpa + at, READ)).toBe(start + at);
      expect(a.translate(gpa + bytes - 1, READ)).toBe(start + bytes - 1);
    });
    fc.assert(whole, { seed: 3, numRuns: 300 });
  });
});
