import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gigabits, hex, microseconds, nanoseconds, number, quantity, THIN } from './format.ts';
import { SAMPLES } from './samples.ts';
import { LIMITS, sanitize } from './sanitize.ts';
import { linear, logarithmic, timeScale } from './scale.ts';

describe('numbers', () => {
  it('groups long numbers with thin spaces', () => {
    expect(number(812_744)).toBe(`812${THIN}744`);
    expect(number(1514)).toBe('1514');
    expect(number(-12_345.6)).toBe(`−12${THIN}346`);
  });

  it('keeps three digits that matter and no more', () => {
    expect([0, 0.012345, 0.5, 6.516, 31.24, 58.4, 123.4].map(number)).toEqual([
      '0',
      '0.0123',
      '0.5',
      '6.52',
      '31.2',
      '58.4',
      '123',
    ]);
  });

  it('shows a dash for what is no number', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(number(value)).toBe('–');
      expect(quantity(value, 'B')).toBe('–');
      expect(microseconds(value)).toBe('–');
    }
  });

  it('picks the unit of a time and of a rate', () => {
    expect(nanoseconds(999)).toBe(`999${THIN}ns`);
    expect(nanoseconds(31_200)).toBe(`31.2${THIN}µs`);
    expect(microseconds(2_500)).toBe(`2.5${THIN}ms`);
    expect(gigabits(9.84)).toBe(`9.84${THIN}Gb/s`);
    expect(gigabits(0.048)).toBe(`48${THIN}Mb/s`);
  });

  it('writes registers with all digits', () => {
    expect(hex(0x1f)).toBe('0x0000001f');
    expect(hex(Number.NaN, 2)).toBe('0x00');
  });

  it('never fails, whatever the number', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(number(value).length).toBeLessThan(40);
      }),
    );
  });
});

describe('axes', () => {
  it('covers the data with round ticks', () => {
    const axis = linear([0.3, 9.8]);
    expect(axis.ticks).toEqual([0, 2, 4, 6, 8, 10]);
    expect(axis.at(5)).toBeCloseTo(0.5);
  });

  it('puts decades at equal distances', () => {
    const axis = logarithmic([1, 1000]);
    expect(axis.ticks).toEqual([1, 10, 100, 1000]);
    expect(logarithmic([64, 1514]).ticks).toEqual([50, 100, 200, 500, 1000, 2000]);
    expect(axis.at(10)).toBeCloseTo(1 / 3);
  });

  it('keeps the order of times and shows short steps beside long ones when compressed', () => {
    const times = [0, 10, 1000, 100_000];
    const axis = timeScale(times, true);
    expect(axis.at(0)).toBe(0);
    expect(axis.at(100_000)).toBe(1);
    expect(axis.at(10)).toBeGreaterThan(0.01);
    expect(axis.at(1000)).toBeGreaterThan(axis.at(10));
    expect(timeScale(times, false).at(1000)).toBeCloseTo(0.01);
  });

  it('survives empty and equal data', () => {
    expect(linear([]).ticks.length).toBeGreaterThan(1);
    expect(linear([5, 5]).at(5)).toBe(1);
    expect(timeScale([7], true).at(7)).toBe(0);
  });
});

describe('a report that nobody vouches for', () => {
  it('leaves good reports as they are', () => {
    for (const sample of Object.values(SAMPLES)) {
      const { report, cut } = sanitize(sample);
      expect(cut).toEqual([]);
      expect(report.kind).toBe(sample.kind);
    }
    expect(sanitize(SAMPLES.chart).report).toMatchObject({ title: 'Throughput by frame size' });
  });

  it('names an unknown kind instead of drawing it', () => {
    expect(sanitize({ kind: 'constructor' }).report).toEqual({
      kind: 'text',
      text: 'A report of kind “constructor” cannot be shown.',
    });
    expect(sanitize(null).report.kind).toBe('text');
  });

  it('cuts what is too large and says so', () => {
    const rows = Array.from({ length: LIMITS.rows + 5 }, () => ['x']);
    const { report, cut } = sanitize({ kind: 'table', title: 't', columns: [{ name: 'a' }], rows });
    expect(report.kind === 'table' && report.rows.length).toBe(LIMITS.rows);
    expect(cut).toEqual([`rows: the first ${LIMITS.rows} of ${LIMITS.rows + 5}`]);
  });

  it('drops points that no axis can hold', () => {
    const points = [
      { x: 1, y: 1 },
      { x: 0, y: 1 },
      { x: Number.NaN, y: 2 },
      { x: 2, y: Number.POSITIVE_INFINITY },
    ];
    const { report } = sanitize({
      kind: 'chart',
      x: { label: 'x', log: true },
      y: { label: 'y' },
      series: [{ name: 's', points }],
    });
    expect(report.kind === 'chart' && report.series[0]?.points).toEqual([{ x: 1, y: 1 }]);
  });

  it('gives every function a place on a bus, and cuts addresses at the ends of their window', () => {
    const { report } = sanitize({
      kind: 'bus-map',
      buses: [{ bus: 300, routed: 'yes' }],
      functions: [{ requesterId: 1e9, role: 'root', state: 'angry', label: 'a long label' }],
    });
    expect(report).toMatchObject({
      buses: [{ bus: 255, routed: false }],
      functions: [{ requesterId: 0xffff, role: 'vf', state: 'not enabled', label: 'a lo…' }],
    });
    const window = sanitize({
      kind: 'address-map',
      base: 100,
      size: 50,
      parts: [
        { start: 90, size: 20 },
        { start: 140, size: 1e9 },
        { start: 150, size: 1 },
        { start: Number.NaN, size: 10 },
      ],
    });
    expect(window.report).toMatchObject({
      parts: [
        { start: 100, size: 10 },
        { start: 140, size: 10 },
      ],
    });
  });

  it('leaves out parts that nobody knows, and places that are no part', () => {
    const known = { id: 'a', part: 'kernel', who: 'root-kernel', label: 'k' };
    const { report } = sanitize({
      kind: 'architecture',
      nodes: [known, { id: 'b', part: 'constructor' }, { id: 7 }, null],
      edges: [{ from: 'a', to: 'b' }, { from: 'a', to: 'a' }, 5],
      steps: [
        { at: 'b', from: 'a', to: 'a', holder: 'x', exits: -1, cycles: Number.NaN },
        { at: 'a', from: 'a', to: 'b', copies: 2 },
      ],
    });
    if (report.kind !== 'architecture') throw new Error(report.kind);
    expect(report.nodes).toEqual([known]);
    expect(report.edges).toEqual([{ from: 'a', to: 'a' }]);
    expect(report.steps[0]).toMatchObject({ from: 'a', to: 'a', exits: 0, cycles: 0 });
    expect(report.steps[0]?.holder).toBeUndefined();
    expect(report.steps[1]).toMatchObject({ at: 'a', copies: 2 });
    expect(report.steps[1]).not.toHaveProperty('from');
  });

  it('keeps fields within their bytes and bits, and names that a program can have', () => {
    const { report } = sanitize({
      kind: 'registers',
      source: 7,
      registers: [
        {
          name: 'A',
          value: -1,
          width: 16,
          fields: [
            { name: 'good', value: '1', bit: 12, bits: 4 },
            { name: 'too high', value: '1', bit: 13, bits: 4 },
            { name: 'odd', value: '1', bit: 1.5 },
            { name: 'nowhere', value: '1', bit: 'x' },
          ],
        },
      ],
    });
    if (report.kind !== 'registers') throw new Error(report.kind);
    expect(report.registers[0]?.fields?.map(({ bit }) => bit)).toEqual([
      12,
      undefined,
      undefined,
      undefined,
    ]);
    expect(report.source).toBeUndefined();
    const steps = ['Good', '__proto__', 'no name', '<b>', 'x'.repeat(90)].map((machine) => ({
      who: 'wire',
      what: 'x',
      bytes: '00',
      machine,
      fields: [{ offset: 1e9, length: 5, name: 'far' }],
    }));
    const line = sanitize({ kind: 'timeline', path: 'vmbus', steps });
    if (line.report.kind !== 'timeline') throw new Error(line.report.kind);
    expect(line.report.steps.map(({ machine }) => machine)).toEqual([
      'Good',
      '__proto__',
      undefined,
      undefined,
      undefined,
    ]);
    expect(line.report.steps[0]?.fields?.[0]).toMatchObject({ length: 0 });
  });

  it('keeps a file name free of paths', () => {
    const { report } = sanitize({
      kind: 'capture',
      name: '../../etc/passwd',
      frames: 1,
      bytes: new Uint8Array(4),
    });
    expect(report.kind === 'capture' && report.name).toBe('etc-passwd');
  });

  it('takes any value without failing', () => {
    const parts = [
      'title',
      'steps',
      'rows',
      'columns',
      'series',
      'bars',
      'bytes',
      'fields',
      'registers',
    ];
    const more = [
      'nodes',
      'edges',
      'slots',
      'paths',
      'config',
      'name',
      'text',
      'x',
      'y',
      'frame',
      'size',
    ];
    const body = Object.fromEntries([...parts, ...more].map((key) => [key, fc.anything()]));
    const anything = fc.record({ kind: fc.constantFrom(...Object.keys(SAMPLES)), ...body });
    fc.assert(
      fc.property(anything, (value) => {
        expect(sanitize(value).report.kind).toBe(value.kind);
      }),
    );
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(typeof sanitize(value).report.kind).toBe('string');
      }),
    );
  });
});
