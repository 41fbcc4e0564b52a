/** Streams of TCP segments either way: every byte, windows, acknowledgements, and who makes frames long or short. */
import { describe, expect, test } from 'vitest';
import { dissect } from '../../../tests/support/tcp-reference.ts';
import { runPath } from '../compare.ts';
import { completeConfig } from '../options.ts';
import type { PathName } from '../report.ts';
import { Testbed } from '../testbed.ts';
import { type BulkOptions, bulk } from './bulk.ts';

const PATHS = ['native', 'vmbus', 'sriov'] as const;
const PROFILE = 'sandybridge-2012';
const SMALL = 300_000;

/** One path under a small transfer. */
function run(path: PathName, options: BulkOptions) {
  return runPath(path, configOf(path, options));
}

/** The same without hashing what arrives. */
function spend(path: PathName, options: BulkOptions) {
  return runPath(path, configOf(path, options), { digest: false });
}

function configOf(path: PathName, options: BulkOptions) {
  const { bytes, checksum, segmentation, coalescing, window, ipv6, ...rest } = options;
  const settings = { bytes, checksum, segmentation, coalescing, window, ipv6 };
  if (rest.durationMs === undefined) settings.bytes = bytes ?? SMALL;
  return completeConfig({ profile: PROFILE, paths: [path], ...rest, bulk: settings });
}

describe('every byte arrives, whoever cuts, sums and joins', () => {
  test.each(['tx', 'rx', 'both'] as const)('%s: the same payload on every path', (direction) => {
    for (const ipv6 of [false, true]) {
      const digests = new Set<string>();
      for (const path of PATHS)
        for (const settings of [
          { checksum: false },
          { segmentation: false },
          { coalescing: true },
        ]) {
          const report = run(path, { direction, ipv6, ...settings });
          expect(report).toMatchObject({ faults: 0, lossRate: 0 });
          const ways = direction === 'both' ? 2 : 1;
          expect(report.deliveredBytes).toBe(ways * SMALL);
          digests.add(report.deliveredSha256);
        }
      expect(digests.size).toBe(1);
    }
  });

  test.each(PATHS)(
    '%s: what the machine sends is right on the wire, acknowledgements too',
    (path) => {
      const bed = new Testbed(path, configOf(path, { direction: 'both', coalescing: true }));
      const { streams, host } = bed;
      if (streams === undefined) throw new Error('no streams');
      let data = 0;
      let acknowledgements = 0;
      streams.peer.onFrame = (at, length) => {
        const bytes = host.memory.bytes.slice(at, at + length);
        const { ipSum, tcpSum, payload } = dissect(bytes);
        expect([ipSum, tcpSum]).toEqual([0, 0]);
        if (payload.length > 0) data++;
        else acknowledgements++;
      };
      bed.run();
      expect(data).toBe(bed.ends.ways?.tx.delivered);
      expect(acknowledgements).toBeGreaterThan(0);
      expect(streams.peer.strays).toBe(0);
    },
  );

  test('many machines, queues and processors; jumbo frames', () => {
    for (const path of PATHS) {
      const many = { vms: 3, queues: 2, guestCores: 2, rootCores: 2, bytes: 50_000 };
      for (const coalescing of [true, 'stack'] as const)
        for (const frame of [1514, 9014]) {
          const report = run(path, { direction: 'both', ...many, coalescing, frame });
          expect(report).toMatchObject({ deliveredBytes: 600_000, faults: 0, lossRate: 0 });
        }
    }
  });

  test('odd lengths, and streams of a single byte', () => {
    for (const path of PATHS)
      for (const bytes of [1, 2, 1447, 1449, 65_537])
        for (const coalescing of [true, false])
          expect(run(path, { direction: 'both', bytes, coalescing })).toMatchObject({
            deliveredBytes: 2 * bytes,
            faults: 0,
          });
  });

  test('the same twice', () => {
    for (const path of PATHS) {
      const options = { direction: 'both', coalescing: true, seed: 5 } as const;
      expect(run(path, options)).toEqual(run(path, options));
    }
  });
});

describe('acknowledgements and windows', () => {
  test('without coalescing one for two segments, with it one for what was joined', () => {
    for (const path of PATHS) {
      const { bulk: plain } = run(path, { direction: 'rx' });
      // The stream may end with one that is not due.
      expect(plain?.acknowledgementsSent).toBeGreaterThan(0.3);
      expect(plain?.acknowledgementsSent).toBeLessThanOrEqual(0.5);
      const { bulk: joined } = spend(path, { direction: 'rx', coalescing: true, bytes: 1_500_000 });
      expect(joined?.framesPerSegmentReceived).toBeLessThan(0.5);
      expect(joined?.acknowledgementsSent).toBeLessThan(0.3);
      const { bulk: sent } = run(path, { direction: 'tx' });
      expect(sent?.acknowledgementsReceived).toBeGreaterThan(0.45);
    }
  });

  test('no more is on its way than the window says, and throughput follows the window', () => {
    const rates = [8, 16, 32].map((segments) => {
      const window = segments * 1448;
      const bed = new Testbed('sriov', configOf('sriov', { direction: 'rx', window }));
      const { measurement } = bed;
      bed.run();
      const seconds = (measurement.lastArrived - bed.start) / 1e12;
      expect(bed.lost).toBe(0);
      return (8 * SMALL) / seconds / 1e9;
    });
    expect(rates[0]).toBeLessThan(rates[1]);
    expect(rates[1]).toBeLessThan(rates[2]);
    // A window for each round trip, which is never shorter than what it takes on the wire.
    expect(rates[0]).toBeLessThan(5);
  });

  test('a window that rings cannot hold loses segments: the stream ends, and the report says so', () => {
    const report = run('sriov', {
      direction: 'rx',
      window: 1_000_000,
      line: '100G',
      bytes: 4_000_000,
      checksum: false,
    });
    expect(report.lossRate).toBeGreaterThan(0);
    expect(report.deliveredBytes).toBeLessThan(4_000_000);
  });

  test('a run of a given time', () => {
    const report = run('vmbus', { direction: 'both', durationMs: 1, coalescing: true });
    expect(report).toMatchObject({ faults: 0, lossRate: 0 });
    expect(report.throughputGbps).toBeGreaterThan(5);
  });
});

describe('what it costs', () => {
  test('each offload takes cycles off a byte, on every path', () => {
    for (const path of PATHS) {
      const cost = (direction: 'tx' | 'rx', settings: BulkOptions) =>
        spend(path, { direction, bytes: 800_000, ...settings }).cyclesPerByte;
      const sent = [{ checksum: false }, { segmentation: false }, {}];
      const [none, sums, cut] = sent.map((settings) => cost('tx', settings));
      expect(none).toBeGreaterThan(sums);
      expect(sums).toBeGreaterThan(1.5 * cut);
      const [plain, checked, joined] = [{ checksum: false }, {}, { coalescing: true }].map(
        (settings) => cost('rx', settings),
      );
      expect(plain).toBeGreaterThan(checked);
      expect(checked).toBeGreaterThan(1.3 * joined);
    }
  });

  test('coalescing in the switch halves the cycles of the root', () => {
    const rootCycles = (coalescing: BulkOptions['coalescing']) => {
      const report = spend('vmbus', { direction: 'rx', bytes: 1_000_000, coalescing });
      const rows = report.ledger.filter(({ who }) => who === 'root-kernel');
      return rows.reduce((sum, { cycles }) => sum + cycles, 0) / report.deliveredBytes;
    };
    expect(rootCycles('switch')).toBeLessThan(0.6 * rootCycles(false));
  });
});

describe('coalescing in the switch', () => {
  test('a guest that does not take long frames gets the segments again, byte for byte', () => {
    const bed = new Testbed('vmbus', configOf('vmbus', { direction: 'rx', coalescing: true }));
    const { provider, device } = bed.adapters[0];
    const { software } = bed.vmSwitch?.core ?? {};
    if (provider === undefined || software === undefined) throw new Error('no provider');
    Object.defineProperty(provider, 'takesLongFrames', { value: false });
    let long = 0;
    const { stack } = device;
    device.stack = {
      received: (processor, gpa, length, verified) =>
        stack?.received(processor, gpa, length, verified),
      receivedLong: () => long++,
      room: (processor, queue) => stack?.room(processor, queue),
    };
    bed.run();
    expect([bed.lost, bed.faults, long]).toEqual([0, 0, 0]);
    expect(software.made).toBeGreaterThan(100);
  });

  test('without it the provider offers none, and the guest asks for none', () => {
    for (const coalescing of [false, true]) {
      const bed = new Testbed('vmbus', configOf('vmbus', { direction: 'rx', coalescing }));
      const { provider } = bed.adapters[0];
      expect(provider?.state.offloads.coalescingOffered).toBe(coalescing);
      expect(provider?.takesLongFrames).toBe(coalescing);
    }
  });
});

describe('options that cannot be', () => {
  test.each<[string, BulkOptions, RegExp]>([
    ['a path without offloads', { paths: ['emulated'] }, /paths/],
    ['request and response', { direction: 'rr' }, /direction/],
    ['a load', { load: 1000 }, /load/],
    ['frames', { frames: 10 }, /frames/],
    ['short frames', { frame: 600 }, /frame/],
    ['no bytes', { bytes: 0 }, /bytes/],
    ['bytes and a time', { bytes: 5, durationMs: 1 }, /bytes/],
    ['a window of three segments', { window: 4000 }, /window/],
    ['a window beyond its field', { window: 2_000_000 }, /window/],
    ['cutting without sums', { checksum: false, segmentation: true }, /segmentation/],
    ['the switch off its path', { paths: ['sriov'], coalescing: 'switch' }, /switch by/],
    ['the NIC under a switch', { paths: ['vmbus'], coalescing: 'nic' }, /coalescing/],
    ['the switch without sums', { direction: 'rx', coalescing: true, checksum: false }, /checksum/],
    ['a place that there is not', { coalescing: 'peer' as 'nic' }, /coalescing/],
  ])('%s', async (_name, options, message) => {
    await expect(bulk(options)).rejects.toThrow(message);
  });

  test('an option that it does not know', () => {
    expect(() => completeConfig({ bulk: { mss: 9 } as object })).toThrow(/mss/);
  });
});
