import { describe, expect, test } from 'vitest';
import { compare } from '../compare.ts';
import { UsageError } from '../usage.ts';
import { FIGURES, figureOf } from './figures.ts';
import { latencyChart } from './latency-chart.ts';
import { repeat } from './repeat.ts';
import { sensitivity } from './sensitivity.ts';

test('every figure is one that a path reports', async () => {
  const { paths } = await compare({ paths: ['vmbus'], frames: 20 });
  if (paths.vmbus === undefined) throw new Error('not run');
  for (const name of Object.keys(FIGURES))
    expect(figureOf(paths.vmbus, name), name).toEqual(expect.any(Number));
  const { cores } = paths.vmbus;
  expect(figureOf(paths.vmbus, 'cores.guest')).toBe(cores.guest);
});

describe('repeat', () => {
  test('runs each seed: the mean is that of the runs, and arrivals by chance leave an interval', async () => {
    const options = {
      paths: ['sriov' as const],
      frames: 100,
      load: 400_000,
      arrivals: 'poisson' as const,
    };
    const report = await repeat({ ...options, seed: 7, seeds: 4 });
    expect(report.seeds).toEqual([7, 8, 9, 10]);
    const runs = await Promise.all(report.seeds.map((seed) => compare({ ...options, seed })));
    const p99 = runs.map(({ paths }) => paths.sriov?.latencyUs.p99 ?? 0);
    const figure = report.paths.sriov?.['latencyUs.p99'];
    expect(figure?.mean).toBeCloseTo(p99.reduce((a, b) => a + b, 0) / 4, 9);
    expect(new Set(p99).size).toBeGreaterThan(1);
    expect(figure?.high).toBeGreaterThan(figure?.mean ?? Infinity);
  });

  test('without chance there is no interval', async () => {
    const { paths } = await repeat({ paths: ['vmbus'], frames: 60, seeds: 3 });
    for (const { low, high } of Object.values(paths.vmbus ?? {}))
      expect(high - low).toBeLessThan(1e-9);
  });

  test.each([0, 1, 31, 2.5])('%d seeds are refused', async (seeds) => {
    await expect(repeat({ seeds })).rejects.toThrow(UsageError);
  });
});

describe('sensitivity', () => {
  const latency = {
    paths: ['vmbus' as const, 'sriov' as const],
    direction: 'rr' as const,
    frames: 40,
    profile: 'sandybridge-2012',
  };

  test('moves only what is not published and what the machine charges', async () => {
    const { rows } = await sensitivity(latency, { figure: 'latencyUs.p50' });
    const costs = rows.map(({ cost }) => cost);
    expect(costs).toContain('vswitch_pkt');
    expect(costs).not.toContain('exit_in_hypervisor');
    expect(costs).not.toContain('host_pv_byte_rx');
    for (const { status } of rows) expect(['assumed', 'interpolated']).toContain(status);
  });

  test('a cost of one path alone moves that path alone, and by what it costs', async () => {
    const { rows, base } = await sensitivity(latency, { figure: 'latencyUs.p50' });
    const row = rows.find(({ cost }) => cost === 'vsp_pkt');
    expect(row?.less.sriov).toBe(base.sriov);
    expect(row?.more.sriov).toBe(base.sriov);
    // Each way once, at 2.6 GHz.
    const added = ((row?.value ?? 0) * 2) / 2600;
    expect((row?.more.vmbus ?? 0) - (base.vmbus ?? 0)).toBeCloseTo(added, 1);
    expect((base.vmbus ?? 0) - (row?.less.vmbus ?? 0)).toBeCloseTo(added / 2, 1);
  });

  test('says when the order of the paths hangs on a cost', async () => {
    // Two paths that both fill a slow line are equal, until the software of one is slower than the line.
    const { rows, order, base } = await sensitivity(
      {
        paths: ['vmbus', 'sriov'],
        line: '1G',
        frame: 512,
        frames: 600,
        profile: 'sandybridge-2012',
      },
      { by: 10 },
    );
    expect(order).toBe('sriov = vmbus');
    const turning = rows.filter(({ turns }) => turns).map(({ cost }) => cost);
    expect(turning).toContain('vswitch_pkt');
    expect(turning).not.toContain('memcpy_warm');
    const vswitch = rows.find(({ cost }) => cost === 'vswitch_pkt');
    expect(vswitch?.more.sriov).toBe(base.sriov);
    expect(vswitch?.more.vmbus).toBeLessThan(0.99 * (base.vmbus ?? 0));
  });
});

test('the chart of latencies holds every frame: its steps over the buckets are whole', async () => {
  const report = await compare({ paths: ['vmbus', 'sriov'], frames: 300 });
  const { series } = latencyChart(report);
  expect(series.map(({ name }) => name)).toEqual(['vmbus', 'sriov']);
  for (const [i, path] of report.config.paths.entries()) {
    const buckets = report.paths[path]?.latencyHistogram ?? [];
    const { points } = series[i];
    const sum = buckets.reduce((total, { from }) => {
      const at = points.findLast(({ x }) => x === from);
      return total + (at?.y ?? 0);
    }, 0);
    expect(sum).toBeCloseTo(100, 6);
    expect(points[0].y).toBe(0);
    expect(points.at(-1)?.y).toBe(0);
  }
});
