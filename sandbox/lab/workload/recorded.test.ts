import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dealOut, rateOf, recordingOf } from './recorded.ts';

/** Microseconds of a recording that starts late; one round of it takes 400 us. */
const RECORDED = [
  { length: 60, time: 1000 },
  { length: 200, time: 1010 },
  { length: 300, time: 1010 },
  { length: 1514, time: 1300 },
];
const MICROSECOND = 1e6;

describe('a recording that is played', () => {
  test('has its gaps, and a mean one before it starts again', () => {
    const { start, lengths, gaps } = dealOut(RECORDED, 0, 1);
    expect(start).toBe(0);
    expect([...lengths]).toEqual([60, 200, 300, 1514]);
    expect([...gaps]).toEqual([10, 0, 290, 100].map((gap) => gap * MICROSECOND));
    expect(rateOf(RECORDED)).toBe(10_000);
  });

  test('is dealt out to queues in turn: together they send it, each frame at its time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), (queues) => {
        const sent: { time: number; length: number }[] = [];
        for (let queue = 0; queue < queues; queue++) {
          const { start, lengths, gaps } = dealOut(RECORDED, queue, queues);
          let time = start;
          for (let i = 0; i < 8; i++) {
            sent.push({ time, length: lengths[i % lengths.length] });
            time += gaps[i % gaps.length];
          }
        }
        sent.sort((a, b) => a.time - b.time || a.length - b.length);
        const whole = Array.from({ length: 8 * queues }, (_, i) => {
          const { length, time } = RECORDED[i % 4];
          return { time: (Math.floor(i / 4) * 400 + time - 1000) * MICROSECOND, length };
        });
        expect(sent).toEqual(whole);
      }),
    );
  });

  test('takes from a capture the length on the wire, also of a frame that was cut', () => {
    const bytes = new Uint8Array(96);
    expect(
      recordingOf([
        { time: 5, bytes },
        { time: 6, bytes, wireLength: 1514 },
      ]),
    ).toEqual([
      { length: 96, time: 5 },
      { length: 1514, time: 6 },
    ]);
  });
});
