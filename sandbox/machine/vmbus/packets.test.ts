import { expect, test } from 'vitest';
import {
  packetStructure,
  putGpaRanges,
  putTransferRanges,
  takeGpaRanges,
  takeTransferRanges,
} from './packets.ts';
import { PACKET_GPA_DIRECT, PACKET_TRANSFER_PAGES } from './ring.ts';

/** What a ring does to word 0: type, and where the payload begins in units of 8 bytes. */
function describe(words: Uint32Array, type: number, payload: number): void {
  words[0] = type | ((payload >> 1) << 16);
}

test('ranges of guest pages: length, offset and page numbers, 64 bits each', () => {
  const words = new Uint32Array(32);
  const ranges = [
    { byteCount: 7908, byteOffset: 1154, pfns: [0x16677, 0x16678, 0x16679] },
    { byteCount: 1, byteOffset: 4095, pfns: [2 ** 40 + 5] },
  ];
  const payload = putGpaRanges(words, ranges);
  expect(payload).toBe(18);
  expect([...words.subarray(4, 10)]).toEqual([0, 2, 7908, 1154, 0x16677, 0]);
  expect([...words.subarray(14, payload)]).toEqual([1, 4095, 5, 256]);
  describe(words, PACKET_GPA_DIRECT, payload);
  expect(takeGpaRanges(words)).toEqual(ranges);
});

test.each([
  ['more ranges than the header holds', 5, 3],
  ['a count of all ones', 5, 0xffffffff],
  ['an offset beyond a page', 7, 4096],
  ['more pages than the header holds', 6, 8193],
  ['a length of all ones', 6, 0xffffffff],
])('ranges of guest pages: %s is refused', (_name, word, value) => {
  const words = new Uint32Array(64);
  describe(
    words,
    PACKET_GPA_DIRECT,
    putGpaRanges(words, [{ byteCount: 10, byteOffset: 0, pfns: [3] }]),
  );
  words[word] = value;
  expect(takeGpaRanges(words)).toBeUndefined();
});

test('ranges of a shared buffer, with the number of its page set', () => {
  const words = new Uint32Array(32);
  const ranges = [
    { byteCount: 1728, byteOffset: 27648 },
    { byteCount: 60, byteOffset: 29376 },
  ];
  const payload = putTransferRanges(words, 0xcafe, ranges);
  expect([...words.subarray(4, payload)]).toEqual([0xcafe, 2, 1728, 27648, 60, 29376]);
  describe(words, PACKET_TRANSFER_PAGES, payload);
  expect(takeTransferRanges(words)).toEqual(ranges);
  words[5] = 3;
  expect(takeTransferRanges(words)).toBeUndefined();
});

test('a packet without a header cannot have ranges', () => {
  const words = new Uint32Array(32);
  describe(words, PACKET_GPA_DIRECT, 4);
  expect([takeGpaRanges(words), takeTransferRanges(words)]).toEqual([undefined, undefined]);
});

test('the header of each type of packet has a name', () => {
  expect(packetStructure(PACKET_GPA_DIRECT).name).toBe('vmdata_gpa_direct');
  expect(packetStructure(PACKET_TRANSFER_PAGES).name).toBe('vmtransfer_page_packet_header');
  expect(packetStructure(6).name).toBe('vmpacket_descriptor');
});
