import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { PathName } from '../lab/report.ts';
import type { SimulatedRow, ValidationDocument } from '../lab/validation/report.ts';
import { validate } from '../lab/validation/validate.ts';
import { publishedRows, rowsOfFile } from './measurements.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lab-validate-'));

afterAll(() => rmSync(folder, { recursive: true }));

function lab(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'validate', ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const EXPERIMENT = { paths: ['sriov'], direction: 'tx', frames: 400 };
const ROW = { id: 'mine', use: 'validate', unit: 'Gb/s', value: 9.57, experiment: EXPERIMENT };

describe('lab validate FILE', () => {
  test('simulates rows of any file and prints one JSON document', () => {
    const rows = [ROW, { id: 'other', use: 'validate', unit: 'us', value: 3 }];
    const { status, stdout, stderr } = lab(file('rows.json', rows), '--json');
    expect([status, stderr]).toEqual([0, '']);
    const report = JSON.parse(stdout) as ValidationDocument;
    expect(report.rows).toHaveLength(1);
    expect(report.rows[0]).toMatchObject({
      ...{ id: 'mine', use: 'validate', unit: 'Gb/s', published: 9.57, within: true },
      experiment: EXPERIMENT,
    });
    expect(report.notExpressed).toEqual([{ id: 'other', why: 'the row states no experiment' }]);
    expect(report.calibration.map(({ id }) => id)).toContain('nehalem-2008r2/host_pv_byte_rx');
  });

  test('a row outside its band is shown, and no failure', () => {
    const { status, stdout } = lab(file('far.json', [{ ...ROW, value: 40 }]));
    expect(status).toBe(0);
    expect(stdout).toMatch(/mine .* 40 .* outside/);
    expect(stdout).toContain('0 of 1 rows');
  });

  test.each([
    ['broken.json', '[{', 'is no JSON'],
    ['object.json', {}, 'is not a list of rows'],
    ['value.json', [{ ...ROW, value: 'nine' }], 'value is not a number above 0'],
    [
      'option.json',
      [{ ...ROW, experiment: { ...EXPERIMENT, vms: 1e6 } }],
      "row 'mine': vms: 1000000",
    ],
  ])('%s is refused in one line', (name, content, words) => {
    const { status, stdout, stderr } = lab(file(name, content), '--json');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
    expect(stderr.trim()).not.toContain('\n');
  });

  test('a file that is not there, two files and an unknown option are refused', () => {
    expect(lab('missing.json').stderr).toContain('there is no file missing.json');
    expect(lab('a.json', 'b.json').stderr).toContain('name one file');
    expect(lab('--colour', 'red').stderr).toContain('there is no option --colour');
  });

  test("a row without an experiment runs as the course's row of that id, against its own value", () => {
    const bare = { id: 'e2e-dong-line', use: 'validate', unit: 'Gb/s', value: 20 };
    const known = publishedRows().find(({ id }) => id === bare.id);
    expect(rowsOfFile('f', [bare])[0]).toMatchObject({ value: 20, experiment: known?.experiment });
    const disk = { id: 'sto-10m', use: 'validate', unit: 'IOPS', value: 1 };
    expect(rowsOfFile('f', [disk])[0].notExpressed).toContain('Disks');
  });
});

/** Rows that the course was handed for validation: each is simulated, or the reason why not is given. */
const HANDED = [
  ...['e2e-cuomo-native', 'e2e-savill-3-4', 'e2e-whi-3-4', 'e2e-accelnet-lat', 'e2e-accelnet-bw'],
  ...['e2e-azure-synth-latte', 'e2e-azure-an-35', 'e2e-dong-line', 'e2e-dong-pervm', 'e2e-ram'],
  ...['e2e-felter-rtt-native', 'e2e-felter-rtt-kvm', 'e2e-softnic-dpdk', 'e2e-softnic-vxlan'],
  ...['e2e-xdp-lat', 'e2e-sugerman-tx', 'e2e-menon-tx', 'e2e-fc-net', 'sto-2008r2-limits'],
  ...['sto-2012-1m', 'sto-10m', 'sto-poll', 'sto-nvmepass', 'iommu-batch'],
];

describe('the rows of the course', () => {
  const report = validate(publishedRows());
  const counted = report.rows.filter(({ use }) => use === 'validate');

  test('each is simulated, or listed with why it is not', () => {
    const listed = [...counted, ...report.notExpressed].map(({ id }) => id);
    expect(HANDED.filter((id) => !listed.includes(id))).toEqual([]);
    expect(report.notExpressed.filter(({ why }) => why.length < 20)).toEqual([]);
  });

  test('at least 15 are simulated, of every path, and 80 % of them are within their bands', () => {
    expect(report.summary.simulated).toBeGreaterThanOrEqual(15);
    expect(report.summary.within / report.summary.simulated).toBeGreaterThanOrEqual(0.8);
    const paths: PathName[] = ['native', 'emulated', 'vmbus', 'sriov'];
    expect(paths.filter((path) => !counted.some((row) => reads(row, path)))).toEqual([]);
  });

  test('one that is outside its band says what the model lacks', () => {
    const silent = counted.filter(({ within, gap = '' }) => !within && gap.length < 40);
    expect(silent.map(({ id }) => id)).toEqual([]);
  });
});

function reads({ experiment, reading }: SimulatedRow, path: PathName): boolean {
  const { paths } = experiment as { paths: PathName[] };
  return (reading?.path ?? paths.at(-1)) === path;
}
