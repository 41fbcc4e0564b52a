import { expect, it } from 'vitest';
import { framesOf } from './pcap.ts';

interface Frame {
  seconds: number;
  fraction: number;
  length: number;
  wireLength: number;
  type: number;
}

/** A classic capture as the format's rules have it (draft-ietf-opsawg-pcap). */
function capture(magic: number, little: boolean, frames: readonly Frame[]): Uint8Array {
  const file = new Uint8Array(24 + frames.reduce((sum, { length }) => sum + 16 + length, 0));
  const view = new DataView(file.buffer);
  view.setUint32(0, magic, little);
  view.setUint32(20, 1, little);
  let at = 24;
  for (const { seconds, fraction, length, wireLength, type } of frames) {
    for (const [n, word] of [seconds, fraction, length, wireLength].entries())
      view.setUint32(at + 4 * n, word, little);
    file.set([2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, type >> 8, type & 255], at + 16);
    at += 16 + length;
  }
  return file;
}

const FRAMES = [
  { seconds: 5, fraction: 250, length: 60, wireLength: 60, type: 0x0806 },
  { seconds: 5, fraction: 12_500, length: 64, wireLength: 1514, type: 0x0800 },
];

it.each([
  ['microseconds', 0xa1b2c3d4, true, 12_250],
  ['microseconds, the other byte order', 0xa1b2c3d4, false, 12_250],
  ['nanoseconds', 0xa1b23c4d, true, 12.25],
] as const)('reads a capture in %s', (_name, magic, little, second) => {
  const [first, last, ...more] = framesOf(capture(magic, little, FRAMES));
  expect(first).toEqual({
    ...{ time: 0, length: 60, wireLength: 60, type: 'ARP' },
    ...{ to: '02:00:00:00:00:09', from: '02:00:00:00:00:01' },
  });
  expect(last).toMatchObject({ time: second, length: 64, wireLength: 1514, type: 'IPv4' });
  expect(more).toEqual([]);
});

it('takes any bytes, and of a file that ends in a frame what is whole', () => {
  const file = capture(0xa1b2c3d4, true, FRAMES);
  expect(framesOf(file.subarray(0, file.length - 1))).toHaveLength(1);
  expect(framesOf(new Uint8Array(3))).toEqual([]);
  expect(framesOf(new Uint8Array(100))).toEqual([]);
});
