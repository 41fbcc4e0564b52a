import { describe, expect, test } from 'vitest';
import { oneProcessor } from '../../../tests/support/machine.ts';
import { HostMemory } from '../memory/host-memory.ts';
import { ScatterList } from '../memory/scatter-list.ts';
import { ROOT_KERNEL } from '../partition/ledger.ts';
import { HEADER_COPY } from './copy-policy.ts';
import { PrivateMemory } from './private-memory.ts';

/** A guest's frame of `length` bytes at 0x101000, in two pieces cut after `first`. */
function bench(length = 200, first = 100) {
  const { processor, ledger } = oneProcessor('root');
  const host = new HostMemory(1 << 21);
  const memory = new PrivateMemory(host, 1000);
  for (let i = 0; i < length; i++) host.bytes[0x101000 + i] = i;
  const frame = new ScatterList();
  frame.add(0x101000, first);
  for (let i = first; i < length; i++) host.bytes[0x103000 + i - first] = i;
  frame.add(0x103000, length - first);
  const bytes = () => Array.from({ length: frame.length }, (_, i) => frame.byte(host, i));
  return { processor, ledger, host, memory, frame, bytes };
}

const counting = (length: number) => Array.from({ length }, (_, i) => i & 0xff);

describe('the copy of the head', () => {
  test.each([100, HEADER_COPY, 7])(
    'what the guest writes later is not seen: cut at %i',
    (first) => {
      const { processor, host, memory, frame, bytes } = bench(200, first);
      expect(memory.copyHeader(processor, frame)).toBe(true);
      host.bytes.fill(0xee, 0x101000, 0x101000 + first);
      host.bytes.fill(0xee, 0x103000, 0x103000 + 200);
      expect(bytes().slice(0, HEADER_COPY)).toEqual(counting(HEADER_COPY));
      expect(bytes().slice(HEADER_COPY)).toEqual(new Array(200 - HEADER_COPY).fill(0xee));
    },
  );

  test('a frame shorter than that is copied whole', () => {
    const { processor, host, memory, frame, bytes } = bench(10, 4);
    memory.copyHeader(processor, frame);
    host.bytes.fill(0xee, 0x101000, 0x104000);
    expect(bytes()).toEqual(counting(10));
  });

  test('lists have places of their own, and keep them', () => {
    const { processor, host, memory, frame } = bench();
    const places = new Set<number>();
    for (let i = 0; i < 200; i++) {
      const list = new ScatterList();
      list.add(0x101000, 60);
      memory.copyHeader(processor, list);
      places.add(list.addresses[0]);
    }
    const sorted = [...places].sort((a, b) => a - b);
    expect(sorted).toHaveLength(200);
    for (let i = 1; i < 200; i++)
      expect(sorted[i] - sorted[i - 1]).toBeGreaterThanOrEqual(HEADER_COPY);
    memory.copyHeader(processor, frame);
    const [at] = frame.addresses;
    frame.clear();
    frame.add(0x101000, 60);
    memory.copyHeader(processor, frame);
    expect(frame.addresses[0]).toBe(at);
    expect(at + HEADER_COPY).toBeLessThan(host.size);
  });

  test('a list without room for another piece stays as it was', () => {
    const { processor, memory, ledger } = bench();
    const full = new ScatterList();
    for (let i = 0; full.add(0x101000 + 64 * i, 32); i++);
    const { count, length } = full;
    expect(memory.copyHeader(processor, full)).toBe(false);
    expect([full.count, full.length]).toEqual([count, length]);
    expect(ledger.cyclesOf(ROOT_KERNEL)).toBe(0);
  });
});

describe('the copy of the whole', () => {
  test('lies in one piece, counts as one copy, and is paid for', () => {
    const { processor, ledger, host, memory, frame, bytes } = bench();
    expect(memory.copyFrame(processor, frame)).toBe(true);
    host.bytes.fill(0xee, 0x101000, 0x104000);
    expect([frame.count, frame.length, bytes()]).toEqual([1, 200, counting(200)]);
    expect([ledger.copies, ledger.copiedBytes]).toEqual([1, 200]);
    expect(ledger.cyclesOf(ROOT_KERNEL)).toBe(200 * processor.lp.costs.copyCold);
  });

  test('a frame that is too long is not touched', () => {
    const { processor, ledger, memory, frame } = bench(1001, 500);
    expect(memory.copyFrame(processor, frame)).toBe(false);
    expect([frame.count, frame.addresses[0], ledger.copies]).toEqual([2, 0x101000, 0]);
  });
});
