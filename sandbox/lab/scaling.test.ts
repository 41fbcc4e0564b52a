import { describe, expect, test } from 'vitest';
import { runPath } from './compare.ts';
import { type CompareOptions, completeConfig } from './options.ts';
import { UsageError } from './usage.ts';

const run = (options: CompareOptions) =>
  runPath('vmbus', completeConfig({ paths: ['vmbus'], line: '40G', frames: 1200, ...options }));
/** Processors of the root that did more than a tenth of what they could. */
const working = (busy: number[] | undefined) => busy?.filter((share) => share > 0.1).length;

describe('VMQ', () => {
  const four = { vms: 4, rootCores: 4, direction: 'rx' } as const;

  test('a queue for each machine: four machines keep four cores of the root busy', () => {
    const report = run(four);
    expect(working(report.rootCoresBusy)).toBe(4);
    expect(report.throughputGbps).toBeGreaterThan(
      3 * run({ ...four, rootCores: 1 }).throughputGbps,
    );
  });

  test('without it one core takes all interrupts of the NIC and does all receive work', () => {
    const report = run({ ...four, vmq: false });
    expect(working(report.rootCoresBusy)).toBe(1);
    expect(report.limitedBy).toBe('root core');
    expect(report.throughputGbps).toBeLessThan(1.3 * run({ ...four, rootCores: 1 }).throughputGbps);
  });
});

describe('vRSS', () => {
  const one = { queues: 4, rootCores: 4, guestCores: 4 } as const;

  test.each(['tx', 'rx'] as const)(
    '%s: one machine’s flows over all cores, or over one',
    (direction) => {
      expect(working(run({ ...one, direction }).rootCoresBusy)).toBe(4);
      expect(working(run({ ...one, direction, vrss: false }).rootCoresBusy)).toBe(1);
    },
  );

  test.each(['tx', 'rx'] as const)('%s: one flow stays on one core', (direction) => {
    const report = run({ queues: 1, rootCores: 4, direction });
    expect(working(report.rootCoresBusy)).toBe(1);
    const alone = run({ queues: 1, rootCores: 1, direction });
    expect(report.throughputGbps / alone.throughputGbps).toBeLessThan(1.15);
  });
});

test('however it is spread: the same payloads, and no time in the root’s user mode', () => {
  for (const direction of ['tx', 'rx', 'rr'] as const) {
    const all = [{}, { vmq: false }, { vrss: false }].map((options) =>
      run({ vms: 2, queues: 2, rootCores: 3, guestCores: 2, frames: 200, direction, ...options }),
    );
    expect(new Set(all.map(({ deliveredSha256 }) => deliveredSha256)).size).toBe(1);
    for (const { cores, ledger, faults } of all) {
      expect([cores.rootUser, faults]).toEqual([0, 0]);
      expect(ledger.some(({ who }) => who === 'root-user')).toBe(false);
    }
  }
});

test('how busy each core was is told only where there are several', () => {
  expect(run({ frames: 50 }).rootCoresBusy).toBeUndefined();
  const busy = run({ frames: 50, rootCores: 2 }).rootCoresBusy ?? [];
  expect(busy).toHaveLength(2);
  for (const share of busy) expect(share).toBeLessThanOrEqual(1);
});

test('what was not said is not in the configuration; what is no switch is refused', () => {
  expect(completeConfig({})).not.toHaveProperty('vmq');
  expect(completeConfig({ vmq: false, vrss: true })).toMatchObject({ vmq: false, vrss: true });
  expect(() => completeConfig({ vmq: 'off' as never })).toThrow(UsageError);
});
