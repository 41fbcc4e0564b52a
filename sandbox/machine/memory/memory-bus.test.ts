import { expect, test } from 'vitest';
import { COSTS } from '../../../tests/support/machine.ts';
import { Engine, MICROSECOND } from '../engine/engine.ts';
import { COPY, GUEST_KERNEL, Ledger } from '../partition/ledger.ts';
import { LogicalProcessor } from '../partition/logical-processor.ts';
import { MemoryBus } from './memory-bus.ts';

/** 1 GB/s: a thousand bytes a microsecond. */
const RATE = 1e9;

test('within its rate nobody waits, however the bytes are cut', () => {
  const bus = new MemoryBus(RATE);
  for (let i = 0; i < 1000; i++) expect(bus.move(1000, i * MICROSECOND, i * MICROSECOND)).toBe(0);
  expect(bus.moved).toBe(1_000_000);
});

test('beyond its rate movers wait until it has moved their bytes', () => {
  const bus = new MemoryBus(RATE);
  let now = 0;
  for (let i = 0; i < 1000; i++) now += MICROSECOND / 2 + bus.move(1000, now, now);
  // 1000 bytes each half microsecond are twice the rate; it takes the time of the rate but for the start.
  expect(now / MICROSECOND).toBeGreaterThan(940);
  expect(now / MICROSECOND).toBeLessThanOrEqual(1000);
});

test('a burst within fifty microseconds of traffic goes through at once', () => {
  const bus = new MemoryBus(RATE);
  expect(bus.move(50_000, 0, 0)).toBe(0);
  expect(bus.move(1000, 0, 0)).toBe(MICROSECOND);
  expect(bus.move(1000, 0, 2 * MICROSECOND)).toBe(0);
});

test('a core that has to wait stalls: its clock and the row of what it did, no further occurrence', () => {
  const ledger = new Ledger();
  const lp = new LogicalProcessor(new Engine(), ledger, COSTS, new MemoryBus(RATE));
  lp.charge(GUEST_KERNEL, COPY, 100);
  lp.move(GUEST_KERNEL, COPY, 55_000);
  expect(ledger.rows()).toEqual([{ who: 'guest-kernel', what: 'copy', cycles: 5000, count: 1 }]);
  expect(lp.local).toBe(5 * MICROSECOND);
});

test('a memory without a limit only counts', () => {
  const bus = new MemoryBus();
  expect(bus.move(1e12, 0, 0)).toBe(0);
  expect(bus.moved).toBe(1e12);
});
