import { expect, test } from 'vitest';
import { Acknowledging } from './acknowledging.ts';

const SEGMENT = 1000;

test('every second segment is acknowledged, and none of them before (RFC 1122 4.2.3.2)', () => {
  const state = new Acknowledging(100_000, SEGMENT);
  const due: boolean[] = [];
  for (let i = 0; i < 6; i++) {
    state.received += SEGMENT;
    state.read = state.received;
    due.push(state.due);
    if (state.due) state.done();
  }
  expect(due).toEqual([false, true, false, true, false, true]);
});

test('what nobody has read takes from the window; it is announced again once half has opened', () => {
  const state = new Acknowledging(8 * SEGMENT, SEGMENT);
  for (let i = 0; i < 8; i++) {
    state.received += SEGMENT;
    if (state.due) state.done();
  }
  expect([state.window, state.due]).toEqual([0, false]);
  state.read += 3 * SEGMENT;
  expect([state.window, state.due]).toEqual([3 * SEGMENT, false]);
  state.read += SEGMENT;
  expect([state.window, state.due]).toEqual([4 * SEGMENT, true]);
  state.done();
  expect(state.due).toBe(false);
});
