import { describe, expect, test } from 'vitest';
import { compare } from '../compare.ts';
import { type CompareOptions, completeConfig } from '../options.ts';
import type { PathName } from '../report.ts';
import { limitOf } from './limit.ts';

async function run(path: PathName, options: CompareOptions) {
  const { paths } = await compare({ ...options, paths: [path] });
  const report = paths[path];
  if (report === undefined) throw new Error(`${path} was not run`);
  const busy = Object.fromEntries(report.resources.map(({ name, busy }) => [name, busy]));
  return { report, busy, limitedBy: report.limitedBy };
}

/** A host whose cores are never the limit. */
const MANY = { vms: 8, rootCores: 16, frames: 4000 } as const;

describe('each limit, on a machine that is made to meet it', () => {
  test('the link', async () => {
    const { limitedBy, busy } = await run('sriov', { line: '1G', frames: 1000 });
    expect(limitedBy).toBe('link');
    expect(busy.link).toBeGreaterThan(0.97);
    expect(busy.PCIe).toBeLessThan(0.1);
  });

  test.each(['native', 'vmbus', 'sriov'] as const)(
    'PCI Express, in either direction: %s over 100G on a gen2 x8 slot',
    async (path) => {
      for (const direction of ['tx', 'rx'] as const) {
        const { limitedBy, busy, report } = await run(path, { ...MANY, line: '100G', direction });
        expect(limitedBy).toBe('PCIe');
        expect(busy.link).toBeLessThan(0.3);
        // 26.2 Gb/s of payload and descriptors.
        expect(report.throughputGbps).toBeGreaterThan(24);
        expect(report.throughputGbps).toBeLessThan(26.3);
        expect(report.lossRate).toBe(0);
      }
    },
  );

  test("one core of the root, and then the guests'", async () => {
    const shared = { vms: 4, direction: 'rx', line: '40G', profile: 'sandybridge-2012' } as const;
    expect((await run('vmbus', { ...shared, frames: 3000 })).limitedBy).toBe('root core');
    const small = await run('sriov', { frame: 60, frames: 3000 });
    expect(small.limitedBy).toBe('guest core');
    expect(small.busy['root core']).toBe(0);
  });

  test('intercepts, one after another, of a driver that waits for each', async () => {
    const { limitedBy, busy } = await run('emulated', { frames: 500 });
    expect(limitedBy).toBe('intercept round trips');
    expect(busy['guest core'] + busy['root core']).toBeLessThan(0.98);
  });

  test('a reply, with one request under way', async () => {
    expect((await run('vmbus', { direction: 'rr' })).limitedBy).toBe('round trip');
  });

  test('what is offered', async () => {
    const { limitedBy, busy } = await run('vmbus', { load: 20_000, frames: 500 });
    expect(limitedBy).toBe('offered load');
    expect(Math.max(...Object.values(busy))).toBeLessThan(0.5);
  });
});

describe('which of the busy resources it is', () => {
  const limit = (busy: Record<string, number>, options: CompareOptions = {}, lossRate = 0) => {
    const resources = Object.entries(busy).map(([name, share]) => ({ name, busy: share }));
    return limitOf(resources, completeConfig(options), lossRate);
  };

  test('of several without time left, the one nearest to the wire', () => {
    expect(limit({ link: 0.5, PCIe: 0.98, 'root core': 1 })).toBe('PCIe');
    expect(limit({ link: 0.1, 'memory bandwidth': 0.99, 'guest core': 1 })).toBe(
      'memory bandwidth',
    );
  });

  test('of a short run, the busiest', () => {
    expect(limit({ link: 0.91, 'root core': 0.94, ring: 1 })).toBe('root core');
  });

  test('frames lost while every worker had time found a ring full', () => {
    const busy = { link: 0.3, 'root core': 0.6, ring: 0 };
    expect(limit(busy, { load: 1000 }, 0.01)).toBe('ring');
    expect(limit(busy, { load: 1000 })).toBe('offered load');
  });

  test('with every worker idle at times, what the sender waited for', () => {
    expect(limit({ link: 0.3, 'guest core': 0.4, ring: 0.6 })).toBe('ring');
    expect(limit({ link: 0.3, 'frames in flight': 0.7 }, { direction: 'rx' })).toBe(
      'frames in flight',
    );
  });
});
