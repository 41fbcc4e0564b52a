import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const RECORDINGS = fileURLToPath(new URL('../../content/recordings/', import.meta.url));
const RECORDING = join(RECORDINGS, 'tulip21140.bus.jsonl.gz');
const folder = mkdtempSync(join(tmpdir(), 'replay-'));

const there = existsSync(RECORDING);
if (!there) console.warn(`skipped: there is no ${RECORDING}`);

afterAll(() => rmSync(folder, { recursive: true }));

function replay(...args: string[]) {
  const words = [MAIN, 'replay', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, stdout, stderr };
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe.skipIf(!there)('lab replay dec21140, the recorded session', () => {
  test('--json prints one document with the figures of the design', () => {
    const { status, stdout, stderr } = replay('dec21140', RECORDING, '--json');
    expect([status, stderr]).toEqual([0, '']);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ readMismatches: 0, dmaMismatches: 0, irqMismatches: 0 });
    expect(report.perRegister.CSR5).toEqual({
      reads: 99,
      compared: 99,
      mismatches: 0,
      mask: '0x03ffefef',
    });
    expect(report.capture.matched).toBe(18);
  });

  test('without --json prints tables, and what was not compared', () => {
    const { status, stdout } = replay('dec21140', RECORDING);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^CSR5 +99 +99 +0 +0x03ffefef$/m);
    expect(stdout).toContain('not compared');
    expect(stdout).not.toContain('first differences');
  });

  test('takes a plain file whatever its name says, and has no capture then', () => {
    const path = file('plain.gz', gunzipSync(readFileSync(RECORDING)));
    const { status, stdout } = replay('dec21140', '--json', path);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).capture).toBeNull();
  });

  test('a mismatch gives status 1 and its line', () => {
    const lines = gunzipSync(readFileSync(RECORDING)).toString().split('\n');
    const at = lines.findIndex((line) => line.includes('"op":"ior"') && line.includes('"CSR8"'));
    lines[at] = lines[at].replace('3758096384', '3758096385');
    const { status, stdout } = replay('dec21140', file('other.jsonl', lines.join('\n')));
    expect(status).toBe(1);
    expect(stdout).toContain(`line ${at + 1} (before-insmod): CSR8, bits 0x00000001`);
  });

  test('a capture of another run gives status 1', () => {
    const path = join(folder, 'own.jsonl.gz');
    copyFileSync(RECORDING, path);
    const capture = readFileSync(join(RECORDINGS, 'tulip21140.pcap'));
    capture[50] ^= 1;
    const { status } = replay('dec21140', path, '--pcap', file('own-other.pcap', capture));
    expect(status).toBe(1);
  });
});

/** Reads of CSR8 as the chip gives them after a reset; many, so that half a file is not one line. */
const SMALL = Array.from(
  { length: 3000 },
  (_, t) => `{"t":${t},"op":"ior","offset":64,"size":4,"value":3758096384}`,
).join('\n');
const small = () => file('small.jsonl.gz', gzipSync(SMALL));

describe('lab replay dec21140', () => {
  test('a recording of its own: status 0, and 1 when one bit of it is other', () => {
    expect(replay('dec21140', small()).status).toBe(0);
    const other = SMALL.replace('3758096384', '3758096385');
    const { status, stdout } = replay('dec21140', file('other-small.jsonl', other));
    expect(status).toBe(1);
    expect(stdout).toContain('line 1 (): CSR8, bits 0x00000001');
  });

  test.each([
    [[], /name a model; there is dec21140, sriov/],
    [['tulip', 'x'], /no model 'tulip'; there is dec21140, sriov/],
    [['sriov', 'SMALL', '--pcap', 'x'], /--pcap is for dec21140/],
    [['dec21140'], /name one file/],
    [['dec21140', 'a', 'b'], /name one file/],
    [['dec21140', '/no/such/file'], /no file \/no\/such\/file/],
    [['dec21140', '/'], /not a file/],
    [['dec21140', 'SMALL', '--pcap', '/no/capture'], /no file \/no\/capture/],
    [['dec21140', 'SMALL', '--jsn'], /no option --jsn/],
  ])('refuses %j with status 2 and one line', (args, message) => {
    const { status, stdout, stderr } = replay(
      ...args.map((word) => (word === 'SMALL' ? small() : word)),
    );
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test.each([
    ['cut.gz', (all: Uint8Array) => all.subarray(0, all.length / 2), /gzip file ends too early/],
    ['header.gz', (all: Uint8Array) => all.subarray(0, 3), /gzip/],
    ['broken.gz', (all: Uint8Array) => all.map((byte, n) => (n > 500 ? 0 : byte)), /gzip/],
    ['noise.jsonl', () => new Uint8Array(100).fill(7), /line 1: not JSON/],
    ['empty.jsonl', () => new Uint8Array(), /not a recording/],
    [
      'frames.pcap',
      () => new Uint8Array(readFileSync(join(RECORDINGS, 'tulip21140.pcap'))),
      /line 1: not JSON/,
    ],
  ])('refuses %s', (name, change, message) => {
    const path = file(name, change(new Uint8Array(gzipSync(SMALL))));
    const { status, stderr } = replay('dec21140', path);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('lab replay sriov', () => {
  const SRIOV = join(RECORDINGS, 'sriov', 'igb.raw-trace.jsonl.gz');

  test('--json prints figures for each space, and nothing differs', () => {
    const { status, stdout, stderr } = replay('sriov', SRIOV, '--json');
    expect([status, stderr]).toEqual([0, '']);
    const report = JSON.parse(stdout);
    expect(report.config).toMatchObject({ readsCompared: 7992, readMismatches: 0 });
    expect(report.mailbox).toMatchObject({ readsCompared: 744, readMismatches: 0 });
    expect(report.vf).toMatchObject({ readsCompared: 119, readMismatches: 0 });
    expect(report.pf.perRegister.VLVF).toMatchObject({ reads: 409, compared: 409 });
  });

  test('a mailbox read with another bit: status 1, its line and register', () => {
    const lines = gunzipSync(readFileSync(SRIOV)).toString().split('\n');
    const at = lines.findIndex((line) => /igbvf-mmio.*"offset":3136,.*"value":144,/.test(line));
    lines[at] = lines[at].replace('"value":144', '"value":145');
    const { status, stdout } = replay('sriov', file('sriov.jsonl', lines.join('\n')));
    expect(status).toBe(1);
    expect(stdout).toContain(`line ${at + 1} (insmod-igbvf): V2P, bits 0x00000001`);
  });
});
