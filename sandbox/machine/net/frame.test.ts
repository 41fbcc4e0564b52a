import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HostMemory } from '../memory/host-memory.ts';
import {
  checkFrame,
  FRAME_BAD_CHECKSUM,
  FRAME_BAD_HEADER,
  FRAME_BAD_LENGTH,
  FRAME_GOOD,
  FRAME_NOT_OURS,
  flowOf,
  MAX_JUMBO_FRAME,
  MIN_FRAME,
  macBytes,
  macKeyAt,
  makeMac,
  sequenceOf,
} from './frame.ts';
import { FrameTemplate } from './frame-template.ts';

const AT = 0x1002;

function frameOf(length: number, sequence: number, flow = 3, seed = 1) {
  const host = new HostMemory(1 << 21);
  host.allocate(0x8000);
  const template = new FrameTemplate(host, {
    flow,
    seed,
    length,
    source: makeMac(1, 7),
    destination: makeMac(2, 0),
  });
  template.write(AT, sequence);
  return { host, template, bytes: host.bytes.subarray(AT, AT + length) };
}

const lengths = fc.integer({ min: MIN_FRAME, max: MAX_JUMBO_FRAME });
const sequences = fc.integer({ min: 0, max: 0xffffffff });

describe('a frame of the workloads', () => {
  test('is Ethernet II, IPv4 and UDP with the lengths of RFC 791 and RFC 768', () => {
    const { bytes } = frameOf(1514, 0);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    expect([...bytes.subarray(0, 6)]).toEqual([...macBytes(makeMac(2, 0))]);
    expect([...bytes.subarray(6, 12)]).toEqual([...macBytes(makeMac(1, 7))]);
    expect(view.getUint16(12)).toBe(0x0800);
    expect(view.getUint8(14)).toBe(0x45);
    expect(view.getUint16(16)).toBe(1500);
    expect(view.getUint8(23)).toBe(17);
    expect(view.getUint16(38)).toBe(1480);
  });

  test('has station addresses that are individual and locally administered', () => {
    const [first] = macBytes(makeMac(1, 59));
    expect(first & 3).toBe(2);
  });

  test('property: is good, and says which it is, for any length, sequence, flow and seed', () => {
    const flows = fc.nat(479);
    const good = fc.property(lengths, sequences, flows, fc.integer(), (length, n, flow, seed) => {
      const { host } = frameOf(length, n, flow, seed);
      expect(checkFrame(host, AT, length)).toBe(FRAME_GOOD);
      expect(sequenceOf(host, AT)).toBe(n);
      expect(flowOf(host, AT)).toBe(flow);
    });
    fc.assert(good, { seed: 6, numRuns: 40 });
  });

  test('property: any changed byte behind the station addresses is found', () => {
    const flip = fc.integer({ min: 1, max: 255 });
    const found = fc.property(lengths, sequences, fc.nat(), flip, (length, n, where, bits) => {
      const { host, bytes } = frameOf(length, n);
      bytes[12 + (where % (length - 12))] ^= bits;
      expect(checkFrame(host, AT, length)).not.toBe(FRAME_GOOD);
    });
    fc.assert(found, { seed: 7, numRuns: 60 });
  });

  test('every single byte of the shortest and of a full frame, changed, is found', () => {
    for (const length of [MIN_FRAME, 1514]) {
      const { host, bytes } = frameOf(length, 0x01020304);
      for (let at = 12; at < length; at++) {
        bytes[at] ^= 0x40;
        expect(checkFrame(host, AT, length)).not.toBe(FRAME_GOOD);
        bytes[at] ^= 0x40;
      }
      expect(checkFrame(host, AT, length)).toBe(FRAME_GOOD);
    }
  });

  test('what is wrong is named', () => {
    const wrong = (at: number) => {
      const { host, bytes } = frameOf(100, 1);
      bytes[at] ^= 1;
      return checkFrame(host, AT, 100);
    };
    expect(wrong(13)).toBe(FRAME_NOT_OURS);
    expect(wrong(22)).toBe(FRAME_BAD_HEADER);
    expect(wrong(39)).toBe(FRAME_BAD_LENGTH);
    expect(wrong(99)).toBe(FRAME_BAD_CHECKSUM);
    const { host } = frameOf(100, 1);
    expect(checkFrame(host, AT, 99)).toBe(FRAME_BAD_LENGTH);
    expect(checkFrame(host, AT, 101)).toBe(FRAME_BAD_LENGTH);
    expect(checkFrame(host, AT, 59)).toBe(FRAME_NOT_OURS);
  });

  test('a template makes frame after frame without a trace of the one before', () => {
    const { host, template, bytes } = frameOf(200, 0xffffffff);
    template.write(AT, 5);
    expect(Buffer.compare(bytes, frameOf(200, 5).bytes)).toBe(0);
    expect(macKeyAt(host, AT)).toBe(0x0202 * 2 ** 32 + 0x5d000000);
  });
});
