import { expect, test } from 'vitest';
import { trySetLinkSpeed } from './link-speed.ts';

test('a child that forces its emulated card down sees the label change, and nothing else', async () => {
  const forced = await trySetLinkSpeed('chip', 10);
  expect(forced.readBack).toBe('10 Mb/s');
  expect(forced.after).toBe(10_000);
  expect(forced.throughput).toBeGreaterThan(100);
});

test.each(['virtual-function', 'physical-address'] as const)(
  '%s: nothing is there to write to, and the link stays as it was',
  async (by) => {
    const tried = await trySetLinkSpeed(by, 1000);
    expect(tried.readBack).toBe('ones: nothing there');
    expect([tried.before, tried.after]).toEqual([10_000, 10_000]);
    expect(tried.throughput).toBeGreaterThan(3000);
  },
);

test('the root sets it, and the machine’s traffic runs at it', async () => {
  const set = await trySetLinkSpeed('root', 1000);
  expect([set.readBack, set.after]).toEqual(['1000 Mb/s', 1000]);
  expect(set.throughput).toBeLessThan(1000);
  expect(set.throughput).toBeGreaterThan(850);
});

test('a way that does not exist is refused', async () => {
  await expect(trySetLinkSpeed('magic' as 'root', 10)).rejects.toThrow(/magic/);
  await expect(trySetLinkSpeed('root', 7)).rejects.toThrow(/7/);
});
