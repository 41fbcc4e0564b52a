import { describe, expect, test } from 'vitest';
import { HostMemory } from './host-memory.ts';
import { ScatterList } from './scatter-list.ts';

describe('ScatterList', () => {
  test('joins pieces that touch and keeps others apart', () => {
    const list = new ScatterList();
    list.add(0x1000, 100);
    list.add(0x1064, 28);
    list.add(0x3000, 10);
    expect([list.count, list.length]).toEqual([2, 138]);
    expect([...list.lengths.subarray(0, 2)]).toEqual([128, 10]);
  });

  test('refuses what it has no room for and stays as it was', () => {
    const list = new ScatterList();
    let pieces = 0;
    while (list.add(pieces * 0x1000, 1)) pieces++;
    expect([list.count, list.length]).toEqual([pieces, pieces]);
    expect(list.add(0x7000_0000, 1)).toBe(false);
    expect(list.length).toBe(pieces);
    list.clear();
    expect(list.add(0, 5)).toBe(true);
    expect([list.count, list.length]).toEqual([1, 5]);
  });

  test('copies its pieces together and finds any byte, 0 behind the end', () => {
    const host = new HostMemory(1 << 21);
    host.bytes.set([1, 2, 3], 0x1000);
    host.bytes.set([4, 5], 0x2000);
    const list = new ScatterList();
    list.add(0x1000, 3);
    list.add(0x2000, 2);
    list.copyTo(host, 0x5000);
    expect([...host.bytes.subarray(0x5000, 0x5006)]).toEqual([1, 2, 3, 4, 5, 0]);
    expect([0, 2, 3, 4, 5].map((at) => list.byte(host, at))).toEqual([1, 3, 4, 5, 0]);
  });

  test('puts bytes in and takes bytes out anywhere, and moves no other byte', () => {
    const host = new HostMemory(1 << 21);
    host.bytes.set([1, 2, 3, 4, 5, 6], 0x1000);
    host.bytes.set([91, 92], 0x2000);
    const bytes = (list: ScatterList) =>
      Array.from({ length: list.length }, (_, at) => list.byte(host, at));
    for (let offset = 0; offset <= 6; offset++) {
      const list = new ScatterList();
      list.add(0x1000, 4);
      list.add(0x3000, 0);
      list.add(0x1004, 2);
      expect(list.insert(offset, 0x2000, 2)).toBe(true);
      const wanted = [1, 2, 3, 4, 5, 6];
      wanted.splice(offset, 0, 91, 92);
      expect(bytes(list)).toEqual(wanted);
      for (let from = 0; from <= 6; from++) {
        const cut = new ScatterList();
        for (const byte of wanted) cut.add(0x4000 + byte * 64, 1);
        for (const byte of wanted) host.bytes[0x4000 + byte * 64] = byte;
        expect(cut.remove(from, 2)).toBe(true);
        expect(bytes(cut)).toEqual(wanted.filter((_, at) => at < from || at >= from + 2));
      }
    }
  });

  test('a part is copied from any offset, as far as there are bytes', () => {
    const host = new HostMemory(0x200000);
    const list = new ScatterList();
    for (const [i, at] of [0x1000, 0x2000, 0x3000].entries()) {
      for (let n = 0; n < 3; n++) host.bytes[at + n] = 3 * i + n;
      list.add(at, 3);
    }
    for (let offset = 0; offset <= 9; offset++)
      for (let length = 0; length <= 10; length++) {
        host.bytes.fill(99, 0x4000, 0x4010);
        list.copyPart(host, offset, length, 0x4000);
        const wanted = [0, 1, 2, 3, 4, 5, 6, 7, 8].slice(offset, offset + length);
        expect([...host.bytes.slice(0x4000, 0x400b)]).toEqual([
          ...wanted,
          ...new Array(11 - wanted.length).fill(99),
        ]);
      }
  });

  test('a list that is too short or too full is left as it was', () => {
    const list = new ScatterList();
    list.add(0x1000, 10);
    expect([list.insert(11, 0x2000, 4), list.remove(8, 4)]).toEqual([false, false]);
    while (list.add(0x3000 + list.count * 0x1000, 1));
    const before = [list.count, list.length];
    expect([list.insert(5, 0x2000, 4), list.remove(5, 4)]).toEqual([false, false]);
    expect([list.count, list.length]).toEqual(before);
  });
});
