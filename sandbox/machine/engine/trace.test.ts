import { describe, expect, test } from 'vitest';
import { Trace } from './trace.ts';

function steps(trace: Trace): unknown[][] {
  const all: unknown[][] = [];
  trace.forEach((...step) => {
    all.push(step);
  });
  return all;
}

/** A hash over a few events, one of which is given. */
function hashWith(time: number, slot: number, arg: number): string {
  const trace = new Trace();
  trace.event(10, 1, 0);
  trace.event(time, slot, arg);
  trace.event(2 ** 40 + 5, 3, 0);
  return trace.hash;
}

describe('the hash of a trace', () => {
  test('is 16 hexadecimal digits and the same for the same events', () => {
    expect(hashWith(20, 2, 7)).toMatch(/^[0-9a-f]{16}$/);
    expect(hashWith(20, 2, 7)).toBe(hashWith(20, 2, 7));
  });

  test('changes with the time of an event, its low or its high half, its slot and its argument', () => {
    const all = [
      hashWith(20, 2, 7),
      hashWith(21, 2, 7),
      hashWith(20 + 2 ** 32, 2, 7),
      hashWith(20, 3, 7),
      hashWith(20, 2, 8),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test('changes with the order of events and with mixed-in state', () => {
    const [a, b, c] = [new Trace(), new Trace(), new Trace()];
    a.event(1, 1, 0);
    a.event(2, 2, 0);
    b.event(2, 2, 0);
    b.event(1, 1, 0);
    c.event(1, 1, 0);
    c.event(2, 2, 0);
    c.mix(9);
    expect(new Set([a.hash, b.hash, c.hash]).size).toBe(3);
  });

  test('does not depend on whether steps are recorded', () => {
    const [silent, recording] = [new Trace(), new Trace(4)];
    for (const trace of [silent, recording]) {
      trace.step(1, 2, 0, 5);
      trace.event(5, 1, 0);
    }
    expect(recording.hash).toBe(silent.hash);
  });
});

describe('the ring of steps', () => {
  test('is off without a capacity', () => {
    const trace = new Trace();
    trace.step(0, 0, 0, 1);
    expect(trace.steps).toBe(0);
    expect(steps(trace)).toEqual([]);
  });

  test('keeps who, what, from, to, what was noted and the bytes', () => {
    const trace = new Trace(2);
    trace.step(1, 300, 10, 2 ** 45, 'detail', 'c0ffee');
    trace.step(2, 3, 20, 30);
    expect(steps(trace)).toEqual([
      [1, 300, 10, 2 ** 45, 'detail', 'c0ffee'],
      [2, 3, 20, 30, undefined, undefined],
    ]);
  });

  test('keeps the latest when it is full, oldest first, and counts all', () => {
    const trace = new Trace(3);
    for (let i = 0; i < 8; i++) trace.step(0, i, i, i + 1);
    expect(trace.steps).toBe(8);
    expect(steps(trace).map(([, what]) => what)).toEqual([5, 6, 7]);
  });

  test('can be paused', () => {
    const trace = new Trace(4);
    trace.recording = false;
    trace.step(0, 1, 0, 1);
    trace.recording = true;
    trace.step(0, 2, 1, 2);
    expect(steps(trace)).toHaveLength(1);
  });
});
