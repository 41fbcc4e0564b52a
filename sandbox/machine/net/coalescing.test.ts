/** What is joined can be cut again, byte for byte; what does not belong is left alone. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutByHand } from '../../../tests/support/tcp-reference.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import { CoalescedHeader, ENDED, JOINED, REFUSED } from './coalescing.ts';
import { makeMac } from './frame.ts';
import { makeSegment } from './segmentation.ts';
import { headersOf, type TcpFrame, type TcpStream, writeTcpHeaders } from './tcp.ts';

const A = 0x10002;
const B = 0x20002;
const WHOLE = 0x30002;

function streamOf(ipv6: boolean): TcpStream {
  const ends = { source: makeMac(2, 0), destination: makeMac(1, 0) };
  return { ...ends, sourcePort: 5001, destinationPort: 49152, ipv6 };
}

/** A frame of 100 bytes at `at`, right in itself. */
function put(host: HostMemory, at: number, more: Partial<TcpFrame> = {}, ipv6 = false): number {
  const stream = streamOf(ipv6);
  const length = more.length ?? 100;
  host.bytes.fill(0x5a, at + headersOf(stream), at + headersOf(stream) + length);
  const usual = { sequence: 1000, id: 7, flags: 0x10, checksum: 'whole' as const };
  writeTcpHeaders(host, at, stream, { ...usual, ...more, length });
  return headersOf(stream) + length;
}

test('property: joined and cut again, segments are what they were', () => {
  const host = new HostMemory(LARGE_PAGE_SIZE);
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.integer({ min: 1, max: 1448 }),
      fc.integer({ min: 2, max: 40 }),
      fc.integer({ min: 1, max: 1448 }),
      fc.boolean(),
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.integer({ min: 0, max: 0xffff }),
      (ipv6, segment, count, rest, pushed, sequence, id) => {
        const stream = streamOf(ipv6);
        const headers = headersOf(stream);
        const length = (count - 1) * segment + Math.min(rest, segment);
        for (let i = 0; i < length; i++) host.bytes[WHOLE + headers + i] = i * 7 + (i >>> 8);
        const frame = { sequence, id, flags: pushed ? 0x18 : 0x10, length };
        writeTcpHeaders(host, WHOLE, stream, { ...frame, checksum: 'segmented' });
        const segments = cutByHand(host.bytes.slice(WHOLE, WHOLE + headers + length), segment);
        const joined = new CoalescedHeader();
        const payload: number[] = [];
        for (const [i, bytes] of segments.entries()) {
          host.bytes.set(bytes, A);
          if (i === 0) expect(joined.begin(host, A, bytes.length)).toBe(true);
          else {
            expect(joined.isOf(host, A)).toBe(true);
            const isLast = i === segments.length - 1;
            const ends = isLast && (pushed || bytes.length - headers < segment);
            expect(joined.add(host, A, bytes.length)).toBe(ends ? ENDED : JOINED);
          }
          payload.push(...bytes.subarray(headers));
        }
        expect([joined.segments, joined.payload]).toEqual([count, length]);
        const again: Uint8Array[] = [];
        for (let from = 0; from < length; from += segment) {
          const part = Math.min(segment, length - from);
          joined.write(host, B);
          host.bytes.set(payload.slice(from, from + part), B + headers);
          const last = from + part === length;
          makeSegment(host, B, headers + part, joined.offload(), from, last);
          again.push(host.bytes.slice(B, B + headers + part));
        }
        expect(again).toEqual(segments);
      },
    ),
    { numRuns: 60 },
  );
});

describe('a frame that may not begin a longer one', () => {
  const host = new HostMemory(LARGE_PAGE_SIZE);
  test.each<[string, () => number]>([
    ['an acknowledgement without data', () => put(host, A, { length: 0 })],
    ['one with PSH', () => put(host, A, { flags: 0x18 })],
    ['one with FIN', () => put(host, A, { flags: 0x11 })],
    ['padding', () => put(host, A) + 4],
    ['a fragment', () => change(put(host, A), 20, 0x20)],
    ['IP options', () => change(put(host, A), 14, 0x46)],
    ['UDP', () => change(put(host, A), 23, 17)],
    ['a VLAN tag', () => change(put(host, A), 12, 0x81)],
    ['headers that end beyond the frame', () => change(put(host, A), 46, 0xf0) - 90],
  ])('%s', (_name, make) => {
    expect(new CoalescedHeader().begin(host, A, make())).toBe(false);
  });

  function change(length: number, offset: number, value: number): number {
    host.bytes[A + offset] = value;
    return length;
  }
});

describe('a segment that does not continue the frame', () => {
  test.each<[string, Partial<TcpFrame>, number?, number?]>([
    ['a gap', { sequence: 1101, id: 8 }],
    ['the same bytes again', { sequence: 1000, id: 8 }],
    ['another identification', { sequence: 1100, id: 9 }],
    ['another acknowledgement', { sequence: 1100, id: 8, acknowledged: 5 }],
    ['another window', { sequence: 1100, id: 8, window: 1600 }],
    ['FIN', { sequence: 1100, id: 8, flags: 0x11 }],
    ['more payload than the first', { sequence: 1100, id: 8, length: 101 }],
    ['another time stamp', { sequence: 1100, id: 8 }, 61, 9],
    ['another lifetime', { sequence: 1100, id: 8 }, 22, 9],
  ])('%s', (_name, frame, offset, value) => {
    const host = new HostMemory(LARGE_PAGE_SIZE);
    const joined = new CoalescedHeader();
    expect(joined.begin(host, A, put(host, A))).toBe(true);
    const length = put(host, B, frame);
    if (offset !== undefined && value !== undefined) host.bytes[B + offset] = value;
    expect(joined.isOf(host, B)).toBe(true);
    expect(joined.add(host, B, length)).toBe(REFUSED);
    expect([joined.segments, joined.payload]).toEqual([1, 100]);
    expect(joined.add(host, B, put(host, B, { sequence: 1100, id: 8 }))).toBe(JOINED);
  });

  test('one of another connection', () => {
    const host = new HostMemory(LARGE_PAGE_SIZE);
    const joined = new CoalescedHeader();
    joined.begin(host, A, put(host, A));
    put(host, B, { sequence: 1100, id: 8 });
    host.bytes[B + 37] ^= 1;
    expect(joined.isOf(host, B)).toBe(false);
    put(host, B, { sequence: 1100, id: 8 }, true);
    expect(joined.isOf(host, B)).toBe(false);
  });

  test('one that would make the datagram longer than its length field can say', () => {
    const host = new HostMemory(LARGE_PAGE_SIZE);
    const joined = new CoalescedHeader();
    joined.begin(host, A, put(host, A, { length: 1448 }));
    let taken = 1;
    for (let i = 1; i < 60; i++) {
      const frame = { sequence: 1000 + 1448 * i, id: 7 + i, length: 1448 };
      if (joined.add(host, B, put(host, B, frame)) !== REFUSED) taken++;
    }
    expect(taken).toBe(Math.floor((65535 - 52) / 1448));
  });
});
