import { describe, expect, test } from 'vitest';
import { compare } from './compare.ts';
import { PATHS } from './options.ts';
import type { CompareConfig, PathName, PathReport } from './report.ts';
import { UsageError } from './usage.ts';

/** The reports of all four paths unless `options` says otherwise. */
async function reports(options: Partial<CompareConfig>): Promise<[PathName, PathReport][]> {
  const { paths } = await compare({ paths: [...PATHS], ...options });
  return Object.entries(paths) as [PathName, PathReport][];
}

describe('1514-byte frames at 10G', () => {
  test('I/O exits per frame: emulated more than VMBus, VMBus more than SR-IOV, which has none', async () => {
    for (const load of ['max', 'paced'] as const) {
      const { paths } = await compare({ line: '10G', frame: 1514, frames: 500, load });
      const ioExits = (path: PathName) => paths[path]?.perFrame.ioExits ?? Number.NaN;
      expect(ioExits('emulated')).toBeGreaterThan(ioExits('vmbus'));
      expect(ioExits('vmbus')).toBeGreaterThan(0);
      expect(ioExits('sriov')).toBe(0);
    }
  });

  test('the same payloads arrive on every path', async () => {
    const all = await reports({ frames: 2000 });
    expect(all.map(([path]) => path)).toEqual([...PATHS]);
    expect(new Set(all.map(([, report]) => report.deliveredSha256)).size).toBe(1);
    for (const [, { deliveredFrames, lossRate, faults }] of all)
      expect([deliveredFrames, lossRate, faults]).toEqual([2000, 0, 0]);
  });
});

describe('determinism', () => {
  test('one seed: the same report twice, trace hash included; another seed: another trace', async () => {
    for (const load of ['max', 'paced'] as const) {
      const [first, again, other] = await Promise.all(
        [7, 7, 8].map((seed) => reports({ frames: 300, seed, load })),
      );
      expect(first).toEqual(again);
      for (const [i, [, { traceHash, deliveredSha256 }]] of first.entries()) {
        expect(traceHash).toMatch(/^[0-9a-f]{16}$/);
        expect(other[i][1].traceHash).not.toBe(traceHash);
        expect(other[i][1].deliveredSha256).not.toBe(deliveredSha256);
      }
    }
  });

  test('counts do not depend on the profile of a paced run', async () => {
    const counts = async (profile: string) => {
      const all = await reports({ profile, load: 'paced', frames: 100, postedInterrupts: false });
      return all.map(([path, { perFrame }]) => [path, perFrame.deviceAccesses, perFrame.copies]);
    };
    expect(await counts('nehalem-2008r2')).toEqual(await counts('sandybridge-2012'));
  });
});

describe('accesses of the emulated driver, as recorded of the real one', () => {
  test.each([
    ['tx', 5],
    ['rx', 9],
  ] as const)('%s, one frame at a time: %d accesses a frame', async (direction, accesses) => {
    const [[, report]] = await reports({ paths: ['emulated'], load: 'paced', direction });
    expect(report.perFrame.deviceAccesses).toBe(accesses);
    expect(report.perFrame.ioExits).toBe(accesses);
    expect(report.exitsBy['port-io']).toBe(accesses);
    expect(report.perFrame.interrupts).toBe(1);
  });
});

describe('every frame arrives, none is lost, none is bad', () => {
  test.each<Partial<CompareConfig>>([
    { direction: 'rx', frames: 600 },
    { direction: 'rx', load: 'paced', frames: 60 },
    { direction: 'rr', frames: 100 },
    { direction: 'rr', load: 'paced', frames: 60 },
    { direction: 'tx', load: 20_000, frames: 200 },
    { vms: 4, frames: 400 },
    { vms: 4, direction: 'rx', frames: 400 },
    { vms: 3, direction: 'rr', frames: 150 },
    { queues: 2, frames: 400 },
    { queues: 2, rootCores: 2, guestCores: 2, frames: 400 },
    { queues: 2, rootCores: 2, direction: 'rx', frames: 400 },
    { vms: 4, rootCores: 2, queues: 2, direction: 'rr', frames: 160 },
    { vms: 10, queues: 2, rootCores: 2, frames: 400 },
    { vms: 60, frames: 120 },
    { frame: 60, frames: 400 },
    { frame: 60, direction: 'rx', frames: 400 },
    { frame: 61, direction: 'rr', frames: 60 },
    { line: '1G', frames: 300 },
    { line: '100G', profile: 'icelake-zen3-2021', frames: 400 },
    { profile: 'skylake-2017', postedInterrupts: false, frames: 300 },
  ])(
    '%o',
    async (options) => {
      const all = await reports(options);
      expect(all).toHaveLength(4);
      for (const [path, report] of all) {
        const { deliveredFrames, deliveredBytes, lossRate, faults } = report;
        expect({ path, deliveredFrames, lossRate, faults }).toEqual({
          path,
          deliveredFrames: options.frames,
          lossRate: 0,
          faults: 0,
        });
        expect(deliveredBytes).toBe((options.frames ?? 0) * (options.frame ?? 1514));
      }
      expect(new Set(all.map(([, report]) => report.deliveredSha256)).size).toBe(1);
    },
    60_000,
  );

  test('jumbo frames: three paths carry them; the emulated one refuses and says so', async () => {
    for (const direction of ['tx', 'rx'] as const) {
      const all = await reports({ frame: 9014, direction, frames: 100 });
      for (const [path, report] of all) {
        expect(report.deliveredFrames).toBe(path === 'emulated' ? 0 : 100);
        if (path === 'emulated') expect(report.note).toMatch(/1514 bytes, not 9014/);
        else expect(report.note).toBeUndefined();
      }
    }
  });

  test('more memory than a host has is refused, not wrapped around', async () => {
    const options = { vms: 60, queues: 8, frame: 9014, paths: ['sriov' as const] };
    await expect(compare(options)).rejects.toThrow(UsageError);
    await expect(compare(options)).rejects.toThrow(/vms, queues and frame: .* at most 4094/);
  });

  test('a duration instead of a number of frames: the clock ends the run', async () => {
    for (const [, report] of await reports({ durationMs: 2, load: 10_000 })) {
      expect(report.deliveredFrames).toBeGreaterThanOrEqual(18);
      expect(report.deliveredFrames).toBeLessThanOrEqual(20);
    }
  });
});

describe('what limits', () => {
  test('no path is faster than the line, in bits with all that is on it', async () => {
    for (const [, { framesPerSecond }] of await reports({ line: '1G', frames: 1000 }))
      expect(framesPerSecond).toBeLessThanOrEqual(81_274 * 1.01);
  });

  test('a paced load is the limit itself, on every path', async () => {
    for (const [, { limitedBy, framesPerSecond }] of await reports({
      load: 'paced',
      frames: 100,
    })) {
      expect(limitedBy).toBe('offered load');
      expect(framesPerSecond).toBeCloseTo(250, -1);
    }
  });
});

test('the report has every field of the document that the command line prints', async () => {
  const report = await compare({ paths: [...PATHS], frames: 20 });
  expect(Object.keys(report.config).sort()).toEqual(
    [
      ...['paths', 'profile', 'line', 'frame', 'direction', 'load', 'vms', 'queues', 'rootCores'],
      ...['guestCores', 'frames', 'postedInterrupts', 'seed'],
    ].sort(),
  );
  for (const path of Object.values(report.paths)) {
    expect(path).toEqual({
      deliveredFrames: 20,
      deliveredBytes: 20 * 1514,
      deliveredSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      traceHash: expect.stringMatching(/^[0-9a-f]{16}$/),
      throughputGbps: expect.any(Number),
      framesPerSecond: expect.any(Number),
      lossRate: 0,
      latencyUs: { p50: expect.any(Number), p99: expect.any(Number), p999: expect.any(Number) },
      latencyHistogram: expect.any(Array),
      cyclesPerByte: expect.any(Number),
      cyclesPerFrame: expect.any(Number),
      perFrame: {
        exits: expect.any(Number),
        ioExits: expect.any(Number),
        deviceAccesses: expect.any(Number),
        hypercalls: expect.any(Number),
        copies: expect.any(Number),
        copiedBytes: expect.any(Number),
        interrupts: expect.any(Number),
        contextSwitches: expect.any(Number),
        events: expect.any(Number),
      },
      exitsBy: expect.any(Object),
      cores: {
        guest: expect.any(Number),
        hypervisor: expect.any(Number),
        rootKernel: expect.any(Number),
        rootUser: expect.any(Number),
      },
      limitedBy: expect.any(String),
      resources: expect.any(Array),
      ledger: expect.any(Array),
      faults: 0,
    });
    const exits = Object.values(path.exitsBy).reduce((sum, count) => sum + count, 0);
    expect(exits).toBeCloseTo(path.perFrame.exits, 9);
    const cycles = path.ledger.reduce((sum, row) => sum + row.cycles, 0);
    expect(cycles / 20).toBeCloseTo(path.cyclesPerFrame, 3);
    expect(path.latencyUs.p99).toBeGreaterThanOrEqual(path.latencyUs.p50);
    expect(JSON.parse(JSON.stringify(path))).toEqual(path);
  }
});
