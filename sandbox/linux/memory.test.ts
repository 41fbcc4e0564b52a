import { describe, expect, it } from 'vitest';
import { OutsideMemory, reach, SparseMemory, WatchedMemory } from './memory.ts';
import type { Cpu } from './v86-inside.ts';

const SIZE = 2 << 20;

function outside(): { memory: OutsideMemory; mem8: Uint8Array } {
  const mem8 = new Uint8Array(SIZE);
  const write_blob = (bytes: Uint8Array, address: number) => mem8.set(bytes, address);
  return { memory: new OutsideMemory(() => ({ mem8, write_blob }) as unknown as Cpu), mem8 };
}

describe('outside memory', () => {
  it.each([
    [0, 16, 16],
    [0x9fff8, 16, 8],
    [0xa0000, 16, 0],
    [0xffff8, 16, 0],
    [0x100000, 16, 16],
    [SIZE - 4, 16, 4],
    [SIZE, 16, 0],
    [0xfffffff0, 16, 0],
  ])('from %i on, %i bytes: %i answer', (address, length, count) => {
    expect(reach(address, length, SIZE)).toBe(count);
    const { memory } = outside();
    const target = new Uint8Array(20).fill(9);
    expect(memory.readInto(address, target, 2, length)).toBe(count);
    expect([...target.subarray(2, 2 + count)]).toEqual(new Array(count).fill(0));
    expect([...target.subarray(2 + count, 18)]).toEqual(new Array(16 - count).fill(0xff));
    expect([target[0], target[1], target[18], target[19]]).toEqual([9, 9, 9, 9]);
    expect(memory.writeFrom(address, target, 0, length)).toBe(count);
  });

  it('writes what it is given, where it is given it', () => {
    const { memory, mem8 } = outside();
    memory.writeFrom(0x200, Uint8Array.of(1, 2, 3, 4), 1, 2);
    expect([...mem8.subarray(0x1ff, 0x203)]).toEqual([0, 2, 3, 0]);
  });
});

describe('memory of a recording', () => {
  it('is zero until written, also across pages', () => {
    const memory = new SparseMemory();
    memory.writeFrom(4095, Uint8Array.of(7, 8), 0, 2);
    const target = new Uint8Array(4);
    memory.readInto(4094, target, 0, 4);
    expect([...target]).toEqual([0, 7, 8, 0]);
  });

  it('tells what was read, as it was then', () => {
    const seen: [number, number[]][] = [];
    const inner = new SparseMemory();
    const memory = new WatchedMemory(inner, (address, data) => seen.push([address, [...data]]));
    memory.writeFrom(8, Uint8Array.of(5), 0, 1);
    memory.readInto(8, new Uint8Array(3), 1, 2);
    inner.writeFrom(8, Uint8Array.of(6), 0, 1);
    expect(seen).toEqual([[8, [5, 0]]]);
  });
});
