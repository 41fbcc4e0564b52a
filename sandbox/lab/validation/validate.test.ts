import { describe, expect, test } from 'vitest';
import { compare } from '../compare.ts';
import type { CompareOptions } from '../options.ts';
import type { ValidationRow } from './report.ts';
import { validate } from './validate.ts';

const OPTIONS = {
  paths: ['native', 'vmbus'],
  direction: 'rr',
  frames: 40,
} satisfies CompareOptions;

function row(over: Partial<ValidationRow>): ValidationRow {
  return { id: 'row', use: 'validate', unit: 'us', value: 30, experiment: OPTIONS, ...over };
}

async function roundTrips() {
  const { paths } = await compare(OPTIONS);
  const [native, vmbus] = [paths.native, paths.vmbus];
  if (native === undefined || vmbus === undefined) throw new Error('a path did not run');
  return { native, vmbus };
}

describe('a row', () => {
  test('reads the last path, and of a unit of time the median latency', async () => {
    const { vmbus } = await roundTrips();
    const [done] = validate([row({})]).rows;
    expect(done.simulated).toBeCloseTo(vmbus.latencyUs.p50, 6);
    expect(done.ratio).toBeCloseTo(vmbus.latencyUs.p50 / 30, 6);
    expect(done.experiment).toBe(OPTIONS);
  });

  test('reads a difference between paths, a ratio, or a share of either', async () => {
    const { native, vmbus } = await roundTrips();
    const added = vmbus.latencyUs.p50 - native.latencyUs.p50;
    const minus = { path: 'native' } as const;
    const rows = [
      row({ reading: { figure: 'latency', minus } }),
      row({ unit: 'ratio', reading: { figure: 'latency', over: minus } }),
      row({ reading: { figure: 'latency', minus, per: 2 } }),
      row({ unit: 'ns', reading: { path: 'native' } }),
    ];
    const simulated = validate(rows).rows.map((done) => done.simulated);
    const expected = [
      added,
      vmbus.latencyUs.p50 / native.latencyUs.p50,
      added / 2,
      native.latencyUs.p50 * 1e3,
    ];
    for (const [i, value] of expected.entries()) expect(simulated[i]).toBeCloseTo(value, 6);
  });

  test('reads the same path under other options', () => {
    const faster = { experiment: { profile: 'icelake-zen3-2021' } };
    const [done] = validate([row({ reading: { figure: 'latency', minus: faster } })]).rows;
    expect(done.simulated).toBeGreaterThan(5);
  });

  test('counts payload as goodput, and frames as throughput', () => {
    const experiment = { paths: ['native'], direction: 'tx', frame: 1514, frames: 400 };
    const gigabits = { unit: 'Gb/s', value: 9.5, experiment };
    const [goodput, frames] = validate([
      row(gigabits),
      row({ ...gigabits, reading: { figure: 'throughput' } }),
    ]).rows;
    expect(goodput.simulated / frames.simulated).toBeCloseTo(1472 / 1514, 9);
  });

  test('takes what a stream of segments delivers as it is: payload', async () => {
    const experiment = { paths: ['vmbus'], direction: 'rx', bulk: { bytes: 1 << 20 } } as const;
    const { paths } = await compare({ ...experiment, paths: ['vmbus'] });
    const [done] = validate([row({ unit: 'Gb/s', value: 9, experiment })]).rows;
    expect(done.simulated).toBeCloseTo(paths.vmbus?.throughputGbps ?? 0, 9);
  });

  test.each([
    [{ unit: 'furlongs' }, "unit 'furlongs' is not one the model has figures in"],
    [{ unit: 'count' }, "unit 'count' does not say what is read"],
    [{ reading: { figure: 'charm' } }, "figure 'charm' is none that a report has"],
    [{ reading: { figure: 'exits' } }, 'the figure is in count, the row in us'],
    [{ reading: { path: 'sriov' } }, 'the experiment runs native, vmbus, and the row reads sriov'],
    [{ experiment: { paths: ['vmbus'], colour: 1 } }, "compare has no option 'colour'"],
    [{ experiment: {} }, 'the experiment has no list of paths'],
    [{ experiment: { ...OPTIONS, bulk: { speed: 1 } } }, "bulk has no option 'speed'"],
  ] as [Partial<ValidationRow>, string][])('%j is refused, and the row is named', (over, words) => {
    expect(() => validate([row(over)])).toThrow(/^row 'row': /);
    expect(() => validate([row(over)])).toThrow(words);
  });
});

describe('bands', () => {
  test('of a single value reach 20 % to either side, and a range to its ends', () => {
    const [{ simulated }] = validate([row({})]).rows;
    const within = (value: ValidationRow['value']) => validate([row({ value })]).rows[0].within;
    expect(within(simulated / 1.19)).toBe(true);
    expect(within(simulated / 1.21)).toBe(false);
    expect(within(simulated / 0.81)).toBe(true);
    expect(within(simulated / 0.79)).toBe(false);
    expect(within([simulated - 1, simulated + 1])).toBe(true);
    expect(within([simulated + 1, simulated + 2])).toBe(false);
    expect(within([simulated - 2, simulated - 1])).toBe(false);
  });

  test('a row outside stays, and a row for calibration is not counted', () => {
    const report = validate([
      row({ id: 'far', value: 1 }),
      row({ id: 'used', use: 'calibrate', value: 1 }),
    ]);
    expect(report.rows.map(({ id, within }) => [id, within])).toEqual([
      ['far', false],
      ['used', false],
    ]);
    expect(report.summary).toEqual({ simulated: 1, within: 0 });
  });

  test('rows for validation without an experiment are listed with why', () => {
    const rows: ValidationRow[] = [
      { id: 'disk', use: 'validate', unit: 'IOPS', value: 1e6, notExpressed: 'no disks' },
      { id: 'bare', use: 'validate', unit: 'us', value: 1 },
      { id: 'other', use: 'calibrate', unit: 'us', value: 1 },
    ];
    expect(validate(rows).notExpressed).toEqual([
      { id: 'disk', why: 'no disks' },
      { id: 'bare', why: 'the row states no experiment' },
    ]);
  });
});
