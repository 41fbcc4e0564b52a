import { describe, expect, test } from 'vitest';
import { sequenceOf } from '../../machine/net/frame.ts';
import { runPath } from '../compare.ts';
import { type CompareOptions, completeConfig, PATHS } from '../options.ts';
import type { PathName, PathReport } from '../report.ts';
import { Testbed } from '../testbed.ts';
import { IMIX } from './sizes.ts';

function run(path: PathName, options: CompareOptions): PathReport {
  return runPath(path, completeConfig({ ...options, paths: [path] }));
}

/** Sequence number, length and time in microseconds of each frame that the line brings, from the start on. */
function onLine(path: PathName, options: CompareOptions, way: 'lineIn' | 'lineOut') {
  const bed = new Testbed(path, completeConfig({ ...options, paths: [path] }));
  const { host } = bed;
  const frames: { sequence: number; length: number; time: number }[] = [];
  const { receiver } = host[way];
  host[way].receiver = {
    receive(address, length) {
      const time = (host.engine.now - bed.start) / 1e6;
      frames.push({ sequence: sequenceOf(host.memory, address), length, time });
      receiver?.receive(address, length);
    },
  };
  bed.run();
  expect(bed.guestCheck.damaged + bed.peer.check.damaged).toBe(0);
  return { bed, frames };
}

describe('frames of several sizes', () => {
  test.each(PATHS)('%s: each sequence number has its own, on the wire and in the guest', (path) => {
    const { frames } = onLine(path, { sizes: 'imix', frames: 48 }, 'lineOut');
    expect(frames.map(({ sequence, length }) => [sequence, length])).toEqual(
      Array.from({ length: 48 }, (_, i) => [i, IMIX[i % 12]]),
    );
    const report = run(path, { sizes: 'imix', frames: 48, direction: 'rx' });
    expect(report).toMatchObject({ deliveredFrames: 48, faults: 0, lossRate: 0 });
    expect(report.deliveredBytes).toBe(4 * IMIX.reduce((a, b) => a + b));
  });

  test.each(['tx', 'rx', 'rr'] as const)('%s: every path delivers the same bytes', (direction) => {
    const options = { sizes: [61, 1514, 800, 60], direction, vms: 2, queues: 2, frames: 41 };
    const reports = PATHS.map((path) => run(path, options));
    const [first] = reports;
    expect(first.deliveredSha256).toMatch(/^[\da-f]{64}$/);
    for (const report of reports)
      expect(report).toMatchObject({ deliveredFrames: 41, deliveredSha256: first.deliveredSha256 });
  });

  test('with a jumbo frame among them the emulated adapter refuses, and the others carry it', () => {
    const options: CompareOptions = { sizes: [60, 9014], frames: 10 };
    expect(run('emulated', options)).toMatchObject({ limitedBy: 'frame size', deliveredFrames: 0 });
    expect(run('vmbus', options).deliveredBytes).toBe(5 * (60 + 9014));
    expect(run('sriov', options).deliveredBytes).toBe(5 * (60 + 9014));
  });
});

describe('a recording', () => {
  const recorded = [
    { length: 60, time: 50 },
    { length: 1514, time: 60 },
    { length: 700, time: 160 },
    { length: 60, time: 200 },
  ];

  test('is played by the peer with its lengths and its times, again after a mean gap', () => {
    const { frames } = onLine('sriov', { recorded, frames: 8, direction: 'rx' }, 'lineIn');
    expect(frames.map(({ length }) => length)).toEqual([60, 1514, 700, 60, 60, 1514, 700, 60]);
    // At 10 Gb/s a frame with preamble, FCS and gap is under way for 8 bits of it a 10th of a ns, and 500 ns more.
    const starts = frames.map(({ length, time }) => time - 0.5 - (length + 24) * 0.0008);
    const due = [0, 10, 110, 150, 200, 210, 310, 350];
    for (const [i, start] of starts.entries()) expect(start).toBeCloseTo(due[i], 3);
  });

  test.each(['tx', 'rx'] as const)('%s: every path delivers the same bytes', (direction) => {
    const reports = PATHS.map((path) => run(path, { recorded, direction, vms: 2, queues: 2 }));
    for (const report of reports) {
      expect(report).toMatchObject({ deliveredFrames: 8, lossRate: 0 });
      expect(report.deliveredBytes).toBe(2 * 2334);
      expect(report.deliveredSha256).toBe(reports[0].deliveredSha256);
    }
  });
});

describe('arrivals of a Poisson process', () => {
  const options = { load: 200_000, frames: 4000, direction: 'rx' } as const;

  test.each(['tx', 'rx'] as const)(
    '%s: have the load, and wait where regular ones do not',
    (direction) => {
      const regular = run('native', { ...options, direction });
      const poisson = run('native', { ...options, direction, arrivals: 'poisson' });
      expect(poisson.framesPerSecond / regular.framesPerSecond).toBeCloseTo(1, 1);
      expect(poisson.latencyUs.p99).toBeGreaterThan(regular.latencyUs.p99);
      expect(poisson).toMatchObject({ deliveredFrames: 4000, lossRate: 0 });
    },
  );

  test('come at other times with another seed, and at the same ones with the same', () => {
    const hashes = [1, 1, 2].map(
      (seed) => run('sriov', { ...options, frames: 200, arrivals: 'poisson', seed }).traceHash,
    );
    const latencies = [1, 2].map(
      (seed) => run('sriov', { ...options, frames: 200, arrivals: 'poisson', seed }).latencyUs,
    );
    expect(hashes[0]).toBe(hashes[1]);
    expect(latencies[0]).not.toEqual(latencies[1]);
  });

  test('of request and response are not held back by replies', () => {
    const load = { load: 100_000, frames: 1000, direction: 'rr', arrivals: 'poisson' } as const;
    const { framesPerSecond, limitedBy } = run('native', load);
    expect(framesPerSecond / 100_000).toBeCloseTo(1, 1);
    expect(limitedBy).toBe('offered load');
  });
});

describe('requests in flight', () => {
  test.each(PATHS)('%s: so many of them, and never more', (path) => {
    const config = completeConfig({ paths: [path], direction: 'rr', inFlight: 6, frames: 200 });
    const bed = new Testbed(path, config);
    const { measurement } = bed;
    let sent = 0;
    const outstanding: number[] = [];
    const whenSent = measurement.sent.bind(measurement);
    measurement.sent = (...frame) => {
      outstanding.push(++sent - measurement.delivered);
      whenSent(...frame);
    };
    bed.run();
    expect(outstanding).toHaveLength(200);
    // Sending takes an emulated adapter longer than the reply takes to come.
    expect(Math.max(...outstanding)).toBe(path === 'emulated' ? 1 : 6);
    expect(measurement.delivered).toBe(200);
  });

  test('one is the default, and more of them make more of the same time', () => {
    const options = { direction: 'rr', frames: 400 } as const;
    expect(run('vmbus', { ...options, inFlight: 1 })).toEqual(run('vmbus', options));
    const [one, eight] = [1, 8].map((inFlight) => run('sriov', { ...options, inFlight }));
    expect(eight.framesPerSecond).toBeGreaterThan(2 * one.framesPerSecond);
    expect(eight.deliveredSha256).toBe(one.deliveredSha256);
  });
});

describe('both directions at once', () => {
  test.each(PATHS)('%s: each is measured, and the total is theirs', (path) => {
    const report = run(path, { direction: 'both', load: 2000, frames: 40, vms: 2 });
    const { tx, rx } = report.ways ?? {};
    expect([tx?.deliveredFrames, rx?.deliveredFrames, report.deliveredFrames]).toEqual([
      40, 40, 80,
    ]);
    expect(report).toMatchObject({ faults: 0, lossRate: 0, deliveredBytes: 80 * 1514 });
    const alone = (['tx', 'rx'] as const).map((direction) =>
      run(path, { direction, load: 2000, frames: 40, vms: 2 }),
    );
    expect(tx?.deliveredSha256).toBe(alone[0].deliveredSha256);
    expect(rx?.deliveredSha256).toBe(alone[1].deliveredSha256);
    const ratio = (tx?.framesPerSecond ?? 0) / alone[0].framesPerSecond;
    expect(Math.abs(ratio - 1)).toBeLessThan(0.03);
  });

  test('share what limits them: a guest core sends and receives less than either alone', () => {
    const options = { durationMs: 5 } as const;
    const both = run('sriov', { ...options, direction: 'both', frame: 60 });
    const [tx, rx] = (['tx', 'rx'] as const).map((direction) =>
      run('sriov', { ...options, direction, frame: 60 }),
    );
    const ways = both.ways ?? { tx, rx };
    expect(ways.tx.framesPerSecond).toBeLessThan(0.9 * tx.framesPerSecond);
    expect(ways.rx.framesPerSecond).toBeLessThan(0.9 * rx.framesPerSecond);
    const sum = ways.tx.framesPerSecond + ways.rx.framesPerSecond;
    expect(both.framesPerSecond / sum).toBeCloseTo(1, 5);
    expect(both.limitedBy).toBe('guest core');
  });
});

describe('an application that takes a share of the guest processors', () => {
  test.each(PATHS)('%s: gets it, and the frames arrive all the same', (path) => {
    for (const direction of ['tx', 'rx', 'rr'] as const) {
      const report = run(path, { direction, appShare: 0.4, load: 1000, frames: 20 });
      expect(report).toMatchObject({ deliveredFrames: 20, faults: 0, lossRate: 0 });
      expect(report.appShare).toBeCloseTo(0.4, 1);
    }
  });

  test('leaves the rest of a processor that limits the traffic, and is no part of its price', () => {
    const options = { frame: 60, frames: 20_000 };
    const alone = run('native', options);
    const shared = run('native', { ...options, appShare: 0.5 });
    expect(alone.limitedBy).toBe('guest core');
    expect(shared.framesPerSecond / alone.framesPerSecond).toBeCloseTo(0.5, 1);
    expect(shared.appShare).toBeCloseTo(0.5, 1);
    expect(shared.cyclesPerFrame / alone.cyclesPerFrame).toBeCloseTo(1, 1);
    const row = shared.ledger.find(({ what }) => what === 'application');
    expect(row?.cycles).toBeGreaterThan(0.9 * shared.deliveredFrames * alone.cyclesPerFrame);
  });

  test('delays requests and replies', () => {
    const options = { direction: 'rr', frames: 400 } as const;
    const alone = run('sriov', options);
    const shared = run('sriov', { ...options, appShare: 0.8 });
    expect(shared.latencyUs.p99).toBeGreaterThan(alone.latencyUs.p99);
    expect(shared.deliveredSha256).toBe(alone.deliveredSha256);
  });

  test('ends with a workload that never comes to its end', () => {
    const report = run('vmbus', {
      ...{ direction: 'rx', appShare: 0.3, load: 2_000_000, frame: 60, frames: 4000 },
    });
    expect(report.lossRate).toBeGreaterThan(0);
    expect(report.deliveredFrames).toBeLessThan(4000);
  });

  test('of share 0 is none', () => {
    const report = run('sriov', { appShare: 0, frames: 50 });
    expect(report).toEqual(run('sriov', { frames: 50 }));
  });
});
