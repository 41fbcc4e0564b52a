import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sendCapture } from './capture-run.ts';
import { PATHS } from './options.ts';
import { type CapturedFrame, readPcap, writePcap } from './pcap.ts';
import { decodeBase64, recording } from './recordings.ts';
import { UsageError } from './usage.ts';

const NAME = 'tulip21140.pcap';

/** A capture of one frame for each of `lengths`, from a guest and back in turn. */
function captureOf(lengths: number[]): Uint8Array {
  const frames = lengths.map((length, i): CapturedFrame => {
    const bytes = Uint8Array.from({ length }, (_, at) => at * 7 + i);
    bytes.set([2, 0, 0, 0, 0, 2 - (i % 2), 2, 0, 0, 0, 0, 1 + (i % 2)]);
    return { time: i * 1000, bytes };
  });
  return writePcap(frames);
}

describe('the recording that comes with the course', () => {
  test('is the capture file, byte for byte', () => {
    const file = readFileSync(new URL(`../../content/recordings/${NAME}`, import.meta.url));
    const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect(hash(recording(NAME))).toBe(hash(file));
    expect(readPcap(recording(NAME))).toHaveLength(18);
  });

  test.each(PATHS)('%s: every one of its frames arrives intact, in its direction', async (path) => {
    const [table, capture] = await sendCapture({ bytes: recording(NAME), path });
    expect(table.rows).toHaveLength(18);
    expect(table.rows.map((row) => row.at(-1))).toEqual(new Array(18).fill('intact'));
    expect(new Set(table.rows.map((row) => row[1])).size).toBe(2);
    expect(capture.frames).toBe(18);
    const arrived = readPcap(capture.bytes);
    const sent = readPcap(recording(NAME));
    for (const [i, { bytes }] of sent.entries())
      expect(Buffer.compare(arrived[i].bytes.subarray(0, bytes.length), bytes)).toBe(0);
  });

  test('a name that is not one is refused with the names there are', () => {
    expect(() => recording('nope.pcap')).toThrow(new RegExp(`'nope.pcap'; there is ${NAME}`));
  });
});

describe('any frames', () => {
  test.each(PATHS)('%s: from the shortest header to the longest frame', async (path) => {
    const lengths = [14, 15, 59, 60, 61, 1000, 1513, 1514];
    const [table] = await sendCapture({ bytes: captureOf(lengths), path, line: '1G' });
    expect(table.rows.map((row) => row.at(-1))).toEqual(lengths.map(() => 'intact'));
  });

  test.each([13, 1515])('a frame of %d bytes is refused by number', async (length) => {
    const bytes = captureOf([60, 60]);
    const odd = writePcap([...readPcap(bytes), { time: 9, bytes: new Uint8Array(length) }]);
    await expect(sendCapture({ bytes: odd, path: 'vmbus' })).rejects.toThrow(
      `pcap: frame 3 has ${length} bytes, not 14 to 1514`,
    );
  });

  test('a path that is not one is refused', async () => {
    const path = 'magic' as 'vmbus';
    await expect(sendCapture({ bytes: captureOf([60]), path })).rejects.toThrow(/'magic'/);
  });
});

describe('capture files', () => {
  const good = captureOf([60, 100]);
  const changed = (at: number, ...bytes: number[]) => {
    const file = good.slice();
    file.set(bytes, at);
    return file;
  };

  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /shorter than its header/],
    ['half a header', good.slice(0, 20), /shorter than its header/],
    ['pcapng', changed(0, 0x0a, 0x0d, 0x0d, 0x0a), /pcapng is not read; convert it/],
    ['something else', changed(0, 0x7f, 0x45, 0x4c, 0x46), /not a classic capture file/],
    ['another link type', changed(20, 113), /link type 113 is not Ethernet/],
    ['a file that ends in a record header', good.slice(0, 24 + 76 + 8), /frame 2 at byte 100/],
    ['a file that ends in a frame', good.slice(0, -1), /frame 2 at byte 100: the file ends in it/],
    ['a length that cannot be', changed(24 + 8, 0xff, 0xff, 0xff, 0xff), /frame 1 .*4294967295/],
  ])('%s is refused, saying why and where', (_name, file, message) => {
    expect(() => readPcap(file)).toThrow(UsageError);
    expect(() => readPcap(file)).toThrow(message);
  });

  test('either byte order, microseconds or nanoseconds', () => {
    const frames = readPcap(good);
    for (const [magic, unit] of [
      [0xa1b2c3d4, 1],
      [0xa1b23c4d, 1000],
    ]) {
      const view = new DataView(new ArrayBuffer(good.length));
      new Uint8Array(view.buffer).set(good);
      view.setUint32(0, magic);
      view.setUint32(20, 1);
      let at = 24;
      for (const { time, bytes } of frames) {
        view.setUint32(at, 0);
        view.setUint32(at + 4, time * unit);
        view.setUint32(at + 8, bytes.length);
        view.setUint32(at + 12, bytes.length);
        at += 16 + bytes.length;
      }
      expect(readPcap(new Uint8Array(view.buffer))).toEqual(frames);
    }
  });

  test('what is written is read back, and an empty capture is one', () => {
    expect(writePcap(readPcap(good))).toEqual(good);
    expect(readPcap(writePcap([]))).toEqual([]);
  });

  test('a frame that the capture has cut keeps its length on the wire', () => {
    const frame = { time: 7, bytes: new Uint8Array(96), wireLength: 1514 };
    expect(readPcap(writePcap([frame]))).toEqual([frame]);
  });

  test('base64: every length of a last group', () => {
    for (const length of [0, 1, 2, 3, 4, 100]) {
      const bytes = Uint8Array.from({ length }, (_, i) => 255 - i);
      expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(bytes);
    }
  });
});
