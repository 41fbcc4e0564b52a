import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HostMemory } from '../memory/host-memory.ts';
import { fold, onesSum, swap16 } from './checksum.ts';

/** RFC 1071 as its text has it: 16-bit words in network order, one after another. */
function naiveSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += bytes[i] * 256 + (bytes[i + 1] ?? 0);
    sum = (sum & 0xffff) + (sum >>> 16);
  }
  return sum;
}

describe('the Internet checksum', () => {
  test('RFC 1071, section 3: the example sums to ddf2', () => {
    const host = new HostMemory(1 << 21);
    host.bytes.set([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7], 0x1000);
    expect(swap16(onesSum(host, 0x1000, 8))).toBe(0xddf2);
  });

  test('property: equals the naive sum at every even address and every length', () => {
    const host = new HostMemory(1 << 21);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 1600, size: 'max' }),
      fc.uint8Array({ maxLength: 9 }),
      fc.integer({ min: 0, max: 9014 }).map((length) => new Uint8Array(length).fill(0xff)),
    );
    const same = fc.property(bytes, fc.nat(7), (data, offset) => {
      const at = 0x1000 + 2 * offset;
      host.bytes.fill(0xa5, at - 8, at + data.length + 8);
      host.bytes.set(data, at);
      expect(swap16(onesSum(host, at, data.length))).toBe(naiveSum(data));
    });
    fc.assert(same, { seed: 5, numRuns: 200 });
  });

  test('fold carries around the end, also for sums beyond 32 bits', () => {
    expect(fold(0x1_0000)).toBe(1);
    expect(fold(0x1_ffff)).toBe(1);
    expect(fold(0xffff)).toBe(0xffff);
    expect(fold(0xffff * 2 ** 30)).toBe(0xffff);
  });
});
