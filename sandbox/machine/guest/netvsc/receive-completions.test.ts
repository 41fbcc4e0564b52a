import { expect, test } from 'vitest';
import { NVSP_STATUS_SUCCESS } from '../../vmbus/nvsp.ts';
import { MAX_HELD, ReceiveCompletions } from './receive-completions.ts';

/** Completions that have been written, and those that write them. */
function setUp() {
  const written: [transaction: number, status: number][] = [];
  const completions = new ReceiveCompletions({
    completeReceive: (transaction, status) => void written.push([transaction, status]),
  });
  return { written, completions };
}

test('none is written before the poll ends; then all, once, in the order of their packets', () => {
  const { written, completions } = setUp();
  for (const transaction of [7, 2 ** 53 - 1, 3]) completions.owe(transaction);
  expect([completions.held, written]).toEqual([3, []]);
  completions.flush();
  completions.flush();
  expect(written.map(([transaction]) => transaction)).toEqual([7, 2 ** 53 - 1, 3]);
  expect(new Set(written.map(([, status]) => status))).toEqual(new Set([NVSP_STATUS_SUCCESS]));
  expect(completions.held).toBe(0);
});

test('no more than the bound are kept, and none is forgotten', () => {
  const { written, completions } = setUp();
  const count = 3 * MAX_HELD + 5;
  for (let i = 0; i < count; i++) {
    completions.owe(i);
    expect(completions.held).toBeLessThanOrEqual(MAX_HELD);
  }
  expect(written).toHaveLength(3 * MAX_HELD);
  completions.flush();
  expect(written.map(([transaction]) => transaction)).toEqual([...Array(count).keys()]);
});
