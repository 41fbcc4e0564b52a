import { describe, expect, test } from 'vitest';
import { compare } from '../compare.ts';
import { calibrate } from './calibration.ts';
import { findProfile } from './choice.ts';
import { rootCost } from './root-cost.ts';

const FOUR = { direction: 'rx', vms: 4, queues: 1, rootCores: 1, frames: 4000 } as const;

describe('one core of the root in 2008', () => {
  test('carries 5 to 7 Gb/s, is busy all the time, and is what limits', async () => {
    const options = { paths: ['vmbus' as const], ...FOUR, profile: 'nehalem-2008r2' };
    const { paths } = await compare(options);
    expect(paths.vmbus?.throughputGbps).toBeGreaterThan(5);
    expect(paths.vmbus?.throughputGbps).toBeLessThan(7);
    expect(paths.vmbus?.limitedBy).toBe('root core');
    const { busy, throughputGbps } = rootCost('vmbus', options);
    expect(busy).toBeGreaterThanOrEqual(0.98);
    expect(throughputGbps).toBeCloseTo(paths.vmbus?.throughputGbps ?? 0, 9);
  });

  test('carries nearly the same for one, two and four machines, and no more for eight', () => {
    const of = (vms: number): number => rootCost('vmbus', { ...FOUR, vms }).throughputGbps;
    const one = of(1);
    for (const vms of [2, 4]) expect(Math.abs(of(vms) / one - 1)).toBeLessThan(0.1);
    expect(of(8)).toBeLessThan(one);
  });
});

describe('the aggregate of a byte', () => {
  const rows = calibrate();

  test('is the sum of parts, each of them charged', () => {
    expect(rows.map(({ id }) => id)).toEqual([
      'nehalem-2008r2/host_pv_byte_rx',
      'sandybridge-2012/host_pv_byte_rx_hyperv',
    ]);
    for (const { parts, simulated, busy, throughputGbps, experiment } of rows) {
      for (const what of ['driver', 'switch', 'ring', 'copy', 'interrupt', 'scheduling'])
        expect.soft(parts[what], what).toBeGreaterThan(0);
      const { ghz } = findProfile(experiment.profile ?? '');
      // Cycles a byte of a core that does nothing else, the other way round.
      expect((ghz * 8 * busy) / throughputGbps).toBeCloseTo(simulated, 2);
    }
  });

  test('lies in the range of 2008; that of 2012 is dearer than the parts', () => {
    const [first, second] = rows;
    expect(first.band.map((bound) => Number(bound.toFixed(2)))).toEqual([3.35, 4.69]);
    expect([first.within, second.within]).toEqual([true, false]);
    expect(second.ratio).toBeLessThan(0.8);
  });

  test('is never charged: another value changes nothing', () => {
    const own = structuredClone(findProfile('nehalem-2008r2'));
    for (const name of Object.keys(own.p))
      if (name.startsWith('host_pv_byte')) own.p[name].value *= 10;
    const options = { ...FOUR, frames: 500 };
    expect(rootCost('vmbus', { ...options, profile: own })).toEqual(rootCost('vmbus', options));
  });
});
