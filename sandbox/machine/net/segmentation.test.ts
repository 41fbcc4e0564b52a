import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutByHand, dissect } from '../../../tests/support/tcp-reference.ts';
import type { FrameOffload } from '../memory/frame-offload.ts';
import { HostMemory, LARGE_PAGE_SIZE } from '../memory/host-memory.ts';
import { makeMac } from './frame.ts';
import { fillChecksums, makeSegment } from './segmentation.ts';
import { headersOf, type TcpStream, transportOf, writeTcpHeaders } from './tcp.ts';

const ROOM = 0x10000 + 2;

function streamOf(ipv6: boolean): TcpStream {
  const ends = { source: makeMac(1, 0), destination: makeMac(2, 0) };
  return { ...ends, sourcePort: 49152, destinationPort: 5001, ipv6 };
}

/** A frame with `length` bytes of payload in host memory at `at`. */
function build(
  host: HostMemory,
  at: number,
  ipv6: boolean,
  length: number,
  frame: { sequence: number; id: number; flags: number },
  checksum: 'whole' | 'partial' | 'segmented',
): FrameOffload {
  const stream = streamOf(ipv6);
  const headers = headersOf(stream);
  for (let i = 0; i < length; i++) host.bytes[at + headers + i] = (i * 31 + (i >>> 8)) & 0xff;
  writeTcpHeaders(host, at, stream, { ...frame, length, checksum });
  const todo = { ipChecksum: false, transportChecksum: true, segment: 0 };
  return { ipv6, tcp: true, transport: transportOf(stream), headers, ...todo };
}

const copy = (host: HostMemory, at: number, length: number) => host.bytes.slice(at, at + length);

test('a frame whose checksum the stack makes is right (RFC 9293 3.1, RFC 8200 8.1)', () => {
  const host = new HostMemory(LARGE_PAGE_SIZE);
  for (const ipv6 of [false, true])
    for (const length of [1, 2, 535, 1448]) {
      const { headers } = build(
        host,
        ROOM,
        ipv6,
        length,
        { sequence: 7, id: 9, flags: 16 },
        'whole',
      );
      const found = dissect(copy(host, ROOM, headers + length));
      expect(found).toMatchObject({ ipSum: 0, tcpSum: 0, sequence: 7, flags: 16 });
      expect(found.ipLength).toBe(headers + length - 14);
    }
});

test('filling a checksum in makes the frame that the stack would have made', () => {
  const host = new HostMemory(LARGE_PAGE_SIZE);
  for (const ipv6 of [false, true])
    for (const length of [1, 300, 1447]) {
      const fields = { sequence: 0x12345678, id: 3, flags: 24 };
      const { headers } = build(host, ROOM, ipv6, length, fields, 'whole');
      const whole = copy(host, ROOM, headers + length);
      const offload = build(host, ROOM, ipv6, length, fields, 'partial');
      expect(copy(host, ROOM, headers + length)).not.toEqual(whole);
      fillChecksums(host, ROOM, headers + length, offload);
      expect(copy(host, ROOM, headers + length)).toEqual(whole);
    }
});

test('UDP: a sum of zero is sent as ffff (RFC 768); the IP header is summed where that is asked', () => {
  const host = new HostMemory(LARGE_PAGE_SIZE);
  host.bytes.fill(0, ROOM, ROOM + 60);
  // Ports, length and the sum in the checksum's field are ffff together: what is to be sent is zero.
  host.bytes.set([0x40, 0, 0x40, 0, 0, 8, 0x7f, 0xf7], ROOM + 34);
  host.bytes.set([0x45, 0, 0, 28], ROOM + 14);
  const offload = { ipv6: false, tcp: false, transport: 34, headers: 42, segment: 0 };
  fillChecksums(host, ROOM, 42, { ...offload, ipChecksum: true, transportChecksum: true });
  expect([...host.bytes.slice(ROOM + 40, ROOM + 42)]).toEqual([0xff, 0xff]);
  expect([...host.bytes.slice(ROOM + 24, ROOM + 26)]).toEqual([0xba, 0xe3]);
});

test('property: every segment is what the rules make of the whole frame, byte for byte', () => {
  const host = new HostMemory(LARGE_PAGE_SIZE);
  const work = ROOM + 0x20000;
  const numbers = fc.record({
    sequence: fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0xffffffff, 0xfffff000, 0)),
    id: fc.oneof(fc.nat(0xffff), fc.constantFrom(0xffff, 0xfffe)),
    flags: fc.nat(0xff),
  });
  const shape = fc.record({
    ipv6: fc.boolean(),
    length: fc.integer({ min: 2, max: 9000 }),
    segment: fc.integer({ min: 1, max: 4000 }),
  });
  fc.assert(
    fc.property(numbers, shape, (fields, { ipv6, length, segment }) => {
      const size = Math.max(segment, Math.ceil(length / 60));
      const prepared = build(host, ROOM, ipv6, length, fields, 'segmented');
      const offload = { ...prepared, segment: size };
      const { headers } = offload;
      const expected = cutByHand(copy(host, ROOM, headers + length), size);
      for (const [i, frame] of expected.entries()) {
        const from = i * size;
        const count = Math.min(size, length - from);
        host.copy(work, ROOM, headers);
        host.copy(work + headers, ROOM + headers + from, count);
        makeSegment(host, work, headers + count, offload, from, from + count === length);
        const made = copy(host, work, headers + count);
        expect(made).toEqual(frame);
        expect(dissect(made)).toMatchObject({ ipSum: 0, tcpSum: 0 });
      }
    }),
    { numRuns: 150, seed: 15 },
  );
});
