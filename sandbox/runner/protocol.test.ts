import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Report as LabReport } from '../lab/report.ts';
import { DEFAULT_LIMITS, describeLimit, sizeOf } from './limits.ts';
import { readMessage } from './protocol.ts';
import { type Report, ReportSchema } from './reports.ts';

describe('messages of a worker', () => {
  const done = { nonce: 'n', type: 'done', evidence: 1, expectations: [] };

  it('are read with the right nonce only', () => {
    expect(readMessage(done, 'n')).toMatchObject({ type: 'done', evidence: 1 });
    expect(readMessage(done, 'other')).toBeUndefined();
    expect(readMessage({ ...done, nonce: undefined }, 'n')).toBeUndefined();
  });

  it.each([
    null,
    1,
    'done',
    {},
    { nonce: 'n' },
    { nonce: 'n', type: 'passed' },
    { nonce: 'n', type: 'log', lines: 'x' },
  ])('of any other form are not read: %j', (data) => {
    expect(readMessage(data, 'n')).toBeUndefined();
  });

  it('carry expectations of the right form only', () => {
    const good = { name: 'a', passed: true, wanted: '1', seen: '1' };
    expect(readMessage({ ...done, expectations: [good] }, 'n')).toBeDefined();
    expect(
      readMessage({ ...done, expectations: [{ ...good, passed: 'yes' }] }, 'n'),
    ).toBeUndefined();
  });
});

describe('reports', () => {
  it('that pass are what the lab calls a report', () => {
    // The assignment is checked when the types are.
    const toLab = (report: Report): LabReport => report;
    expect(toLab({ kind: 'text', text: 'x' })).toEqual({ kind: 'text', text: 'x' });
  });

  it.each([
    { kind: 'text', text: 7 },
    { kind: 'html', html: '<b>' },
    { kind: 'table', title: 'x', columns: [], rows: [[{ toString: 1 }]] },
    { kind: 'capture', name: 'x', frames: 1, bytes: [1] },
    { kind: 'hexdump', title: 'x', bytes: new Uint8Array(100_000) },
  ])('that are not of the form are refused: %j', (report) => {
    expect(v.safeParse(ReportSchema, report).success).toBe(false);
  });
});

describe('limits', () => {
  it('count data by its bytes, and cycles once', () => {
    expect(sizeOf(new Uint8Array(1000), 1e6)).toBe(1008);
    expect(sizeOf('abcd', 1e6)).toBe(16);
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(sizeOf(loop, 1e6)).toBeLessThan(50);
  });

  it('stop counting once it is enough', () => {
    expect(sizeOf(new Array(1e6).fill(1), 1000)).toBeLessThan(1e7);
  });

  it.each(['wallMs', 'logLines', 'logChars', 'reports', 'reportBytes'] as const)(
    '%s says what was too much',
    (name) => {
      expect(describeLimit(name, DEFAULT_LIMITS)).toMatch(/^Stopped: .*\d/);
    },
  );
});
