import { describe, expect, it } from 'vitest';
import type { CompareConfig, CompareReport, PathReport } from '../../../sandbox/lab/report.ts';
import { SAMPLES } from './samples.ts';
import { sanitize } from './sanitize.ts';
import { configLine, workloadRows } from './workload.ts';

const SAMPLE = SAMPLES.compare as CompareReport;
const VMBUS = SAMPLE.paths.vmbus as PathReport;
const WAY = {
  deliveredFrames: 24,
  deliveredBytes: 36_336,
  deliveredSha256: 'ab'.repeat(32),
  throughputGbps: 4.5,
  framesPerSecond: 371_000,
  lossRate: 0.25,
  latencyUs: { p50: 12, p99: 90, p999: 95 },
};
const BOTH: PathReport = { ...VMBUS, appShare: 0.2, ways: { tx: WAY, rx: WAY } };

describe('what a page says of a workload', () => {
  it.each<[Partial<CompareConfig>, RegExp]>([
    [{}, /^1514.B frames, transmit, 10G line, max load;/],
    [{ sizes: 'imix' }, /^frames of the simple IMIX, transmit, /],
    [{ sizes: [60, 900], frame: 900 }, /^frames of 2 sizes up to 900.B, /],
    [{ recorded: [{ length: 60, time: 1 }], frame: 60 }, /^1 recorded frames up to 60.B, /],
    [{ load: 500, arrivals: 'poisson' }, /, 500 frames\/s as a Poisson process;/],
    [{ load: 500, arrivals: 'regular' }, /, 500 frames\/s;/],
    [{ direction: 'rr', inFlight: 4 }, /, request and response, .*, 4 requests in flight;/],
    [{ appShare: 0.5 }, /, an application with 50.?% of the guest;/],
    [{ direction: 'both' }, /, transmit and receive at once, /],
  ])('%o', (options, words) => {
    expect(configLine({ ...SAMPLE.config, direction: 'tx', load: 'max', ...options })).toMatch(
      words,
    );
  });

  it('has rows for each direction, and none for workloads that have but one', () => {
    expect(workloadRows([VMBUS])).toEqual([]);
    const rows = workloadRows([VMBUS, BOTH]);
    expect(rows).toHaveLength(13);
    expect(rows.find(([name]) => name === 'Lost, receive')?.slice(1)).toEqual([
      '–',
      expect.stringMatching(/^25.?%$/),
    ]);
    expect(workloadRows([{ ...BOTH, deliveredFrames: 0 }])).toEqual([]);
  });
});

describe('a report from a run', () => {
  it.each<Partial<CompareConfig>>([
    { direction: 'both', appShare: 0.2, load: 5000 },
    { sizes: [60, 900], arrivals: 'poisson', load: 5000 },
    { sizes: 'imix', direction: 'rr', inFlight: 3 },
    { recorded: [{ length: 60, time: 1 }], load: 99 },
  ])('keeps %o', (options) => {
    const config = { ...SAMPLE.config, ...options };
    const { report } = sanitize({ ...SAMPLE, config, paths: { vmbus: BOTH } });
    const kept = report as CompareReport;
    expect(kept.config).toMatchObject(options);
    expect(kept.paths.vmbus).toMatchObject({ ways: BOTH.ways, appShare: 0.2 });
  });

  it('with anything else in these places loses it', () => {
    const odd = { arrivals: 'now', sizes: 'all', recorded: 5, inFlight: '2', appShare: {} };
    const { config, paths } = sanitize({
      ...SAMPLE,
      config: { ...SAMPLE.config, ...odd },
      paths: { vmbus: { ...VMBUS, ways: { tx: 1 }, appShare: 'half' } },
    }).report as CompareReport;
    for (const name of Object.keys(odd)) expect(config).not.toHaveProperty(name);
    expect(paths.vmbus).not.toHaveProperty('ways');
    expect(paths.vmbus).not.toHaveProperty('appShare');
  });
});
