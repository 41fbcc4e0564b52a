import { describe, expect, test } from 'vitest';
import { compare } from '../compare.ts';
import { completeConfig } from '../options.ts';
import { PROFILES } from '../profiles.ts';
import { Testbed } from '../testbed.ts';

describe('busy shares', () => {
  test('are of the measured time alone: what setting up took is not in them', async () => {
    const { paths } = await compare({ load: 'paced', frames: 20, paths: ['emulated', 'vmbus'] });
    for (const path of Object.values(paths))
      for (const { busy } of path.resources) expect(busy).toBeLessThan(0.2);
  });

  test('the link carries what the frames need of it', async () => {
    const { paths } = await compare({ paths: ['sriov'], load: 100_000, frames: 1000 });
    const [link] = paths.sriov?.resources ?? [];
    // 1538 bytes a frame with preamble, FCS and gap at 10 Gb/s: 1230.4 ns every 10 microseconds.
    expect(link.busy).toBeCloseTo(0.12304, 2);
  });

  test.each([
    ['sriov', 'tx', 2],
    ['sriov', 'rx', 2],
    ['vmbus', 'tx', 4],
    ['vmbus', 'rx', 4],
  ] as const)('%s %s moves each byte %d times', (path, direction, times) => {
    const config = completeConfig({ paths: [path], direction, frames: 1000 });
    const bed = new Testbed(path, config);
    const before = bed.host.memoryBus.moved;
    bed.run();
    expect((bed.host.memoryBus.moved - before) / bed.measurement.deliveredBytes).toBeCloseTo(times);
  });

  test('memory that moves a quarter of what is asked for limits a run to its rate', async () => {
    const profile = structuredClone(PROFILES[0]);
    profile.p.memory_bandwidth.value = 1;
    const options = { direction: 'rx', vms: 4, rootCores: 4, queues: 1, frames: 4000 } as const;
    const config = completeConfig({ ...options, paths: ['vmbus'], profile });
    const bed = new Testbed('vmbus', config);
    bed.run();
    const time = bed.measurement.lastArrived - bed.start;
    const memory = bed.meter.resources(time).find(({ name }) => name === 'memory bandwidth');
    expect(memory?.busy).toBeGreaterThan(0.97);
    const { deliveredBytes } = bed.measurement;
    expect(deliveredBytes).toBe(4000 * 1514);
    // 1 GB/s moves 250 MB/s of payload four times; 50 microseconds of it are let through at once.
    expect((deliveredBytes / time) * 1e12).toBeLessThan(260e6);
    expect((deliveredBytes / time) * 1e12).toBeGreaterThan(240e6);
  });
});
