import { describe, expect, test } from 'vitest';
import { Random } from '../../engine/random.ts';
import { PACKET_ID_FIRST, PACKET_ID_FRAGMENT, PACKET_ID_LAST } from '../../vmbus/rndis.ts';
import { FragmentedFrame } from './fragments.ts';
import type { ReceiveBuffer } from './receive-buffer.ts';

const PART = PACKET_ID_FRAGMENT | 1;
const FIRST = PART | PACKET_ID_FIRST;
const LAST = PART | PACKET_ID_LAST;

/** What the driver has read of a message: a fragment of frame `number` at `at`. */
function message(flags: number, at: number, number = 0, verified = true): ReceiveBuffer {
  const fragment = flags | (number << 16);
  return { fragment, dataAt: at, dataLength: 100, verified } as ReceiveBuffer;
}

describe('fragments of a coalesced frame', () => {
  test('come in order and end with the last', () => {
    const frame = new FragmentedFrame();
    expect(frame.add(message(FIRST, 10))).toBeUndefined();
    expect(frame.add(message(PART, 20))).toBeUndefined();
    const pieces = frame.add(message(LAST, 30));
    expect([...(pieces?.addresses.subarray(0, 3) ?? [])]).toEqual([10, 20, 30]);
    expect([pieces?.count, pieces?.length]).toEqual([3, 300]);
    expect(frame.add(message(FIRST | PACKET_ID_LAST, 40))?.count).toBe(1);
  });

  test.each<[string, ReceiveBuffer[]]>([
    ['one without a first', [message(LAST, 1)]],
    ['one of another frame', [message(FIRST, 1), message(LAST, 2, 1)]],
    ['one whose checksum nobody has found right', [message(FIRST, 1, 0, false), message(LAST, 2)]],
    ['one that comes after the last', [message(FIRST, 1), message(LAST, 2), message(LAST, 3)]],
  ])('%s makes no frame', (_name, messages) => {
    const frame = new FragmentedFrame();
    expect(messages.map((each) => frame.add(each)).at(-1)).toBeUndefined();
  });

  test('a transfer that ends without the last drops what came', () => {
    const frame = new FragmentedFrame();
    frame.add(message(FIRST, 1));
    frame.forget();
    expect(frame.add(message(LAST, 2))).toBeUndefined();
  });

  test('random flags of a host: never more pieces than a list holds, each of the frame that ended', () => {
    const random = new Random(8);
    const frame = new FragmentedFrame();
    let complete = 0;
    for (let i = 0; i < 50_000; i++) {
      const flags = (random.below(8) << 8) | 1;
      const pieces = frame.add(message(flags, i, random.below(2), random.below(8) > 0));
      if (pieces === undefined) continue;
      complete++;
      expect(pieces.count).toBeLessThanOrEqual(pieces.addresses.length);
      expect(pieces.addresses[pieces.count - 1]).toBe(i);
    }
    expect(complete).toBeGreaterThan(100);
  });
});
