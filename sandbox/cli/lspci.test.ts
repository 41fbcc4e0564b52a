import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { lspciCommand } from './lspci.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const RECORDINGS = fileURLToPath(new URL('../../content/recordings/sriov/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lspci-'));
const HEX_LINE = /^[0-9a-f]{2,3}: /;

const hasLspci = spawnSync('lspci', ['--version']).status === 0;
if (!hasLspci) console.warn('skipped: lspci is not installed (Debian: apt install pciutils)');

function lspci(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'lspci', ...args], {
    encoding: 'utf8',
    timeout: 15_000,
  });
  return { status, stdout, stderr };
}

/** The hex of a recorded `lspci -vvv -xxxx`, headed as a dump is. */
function recorded(file: string, place: string): string {
  const lines = readFileSync(RECORDINGS + file, 'utf8').split('\n');
  return [
    `${place} Ethernet controller: recorded`,
    ...lines.filter((line) => HEX_LINE.test(line)),
    '',
  ].join('\n');
}

afterAll(() => rmSync(folder, { recursive: true }));

/** What Debian's lspci reads in a dump. */
function decode(dump: string): string[] {
  const file = join(folder, 'dump.txt');
  writeFileSync(file, dump);
  const { status, stdout } = spawnSync('lspci', ['-F', file, '-vvv'], { encoding: 'utf8' });
  expect(status).toBe(0);
  return stdout.split('\n');
}

/** Without what the link's speed and width make of a line. */
function withoutLink(lines: string[]): string[] {
  return lines.map((line) =>
    /Lnk(Cap|Sta):/.test(line) ? line.replace(/Speed \S+,? Width x\d+/, 'Speed, Width') : line,
  );
}

describe('lab lspci', () => {
  test('the hex is the recorded one, link speed and width aside', () => {
    const files = {
      pf: ['04_PF_with_2vfs.txt', '01:00.0'],
      vf0: ['05_VF0_no_driver.txt', '01:10.0'],
    };
    for (const [device, [file, place]] of Object.entries(files)) {
      const { status, stdout, stderr } = lspci('--device', device, '--vfs', '2');
      expect([status, stderr]).toEqual([0, '']);
      const ours = stdout.split('\n');
      expect(ours[0].startsWith(`${place} `)).toBe(true);
      const theirs = recorded(file, place).split('\n');
      const differing = ours.filter((line, n) => HEX_LINE.test(line) && line !== theirs[n]);
      expect(differing.map((line) => line.slice(0, 3))).toEqual(['a0:', 'b0:']);
      expect(ours.filter((line) => HEX_LINE.test(line))).toHaveLength(256);
    }
  });

  test.skipIf(!hasLspci)('lspci -F decodes it as it decodes the recorded hex', () => {
    const { stdout } = lspci('--device', 'pf', '--vfs', '2');
    const ours = withoutLink(decode(stdout));
    expect(ours).toEqual(withoutLink(decode(recorded('04_PF_with_2vfs.txt', '01:00.0'))));
    const text = ours.join('\n');
    expect(text).toContain('Intel Corporation 82576 Gigabit Network Connection');
    expect(text).toContain('Initial VFs: 8, Total VFs: 8, Number of VFs: 2');
    expect(text).toContain('Region 0: Memory at 00000000fea00000 (64-bit, prefetchable)');
    expect(text).toContain('Region 3: Memory at 00000000fea20000 (64-bit, prefetchable)');
    for (const name of ['MSI:', 'MSI-X:', 'Express (v2)', 'Advanced Error', 'ARI)', 'SR-IOV)'])
      expect(text).toContain(name);
  });

  test.skipIf(!hasLspci)('so it does a virtual function', () => {
    const { stdout } = lspci('--device', 'vf0', '--vfs', '2');
    const theirs = decode(recorded('05_VF0_no_driver.txt', '01:10.0'));
    expect(withoutLink(decode(stdout))).toEqual(withoutLink(theirs));
  });

  test('virtual functions: ids read ffff, addresses 0, and they stand two apart', () => {
    for (const [n, place] of ['01:10.0', '01:10.2'].entries()) {
      const found = JSON.parse(lspci('--device', `vf${n}`, '--vfs', '2', '--json').stdout);
      expect(found.function).toBe(place);
      expect(found.bytes.slice(0, 4)).toEqual(['ff', 'ff', 'ff', 'ff']);
      expect(new Set(found.bytes.slice(0x10, 0x28))).toEqual(new Set(['00']));
      expect(found.bytes).toHaveLength(4096);
    }
  });

  test('63 functions are the extended part; the last stands at 01:1f.4', () => {
    const pf = JSON.parse(lspci('--device', 'pf', '--vfs', '63', '--json').stdout);
    expect(pf.bytes.slice(0, 4)).toEqual(['86', '80', 'fb', '10']);
    expect(pf.bytes.slice(0x170, 0x172)).toEqual(['3f', '00']);
    expect(JSON.parse(lspci('--device', 'vf62', '--json').stdout).function).toBe('01:1f.4');
  });

  test('the 21140: 256 bytes', () => {
    const { stdout } = lspci('--device', '21140');
    expect(stdout).toContain('00:0a.0 Ethernet controller: Digital Equipment');
    expect(stdout).toContain('00: 11 10 09 00 05 00 80 02 20 00 00 02 00 00 00 00');
    expect(stdout.split('\n').filter((line) => HEX_LINE.test(line))).toHaveLength(16);
    if (hasLspci) expect(decode(stdout).join('\n')).toContain('DECchip 21140');
  });

  test('bad usage is one line and exit status 2', () => {
    for (const args of [[], ['--device', 'vf2', '--vfs', '2']]) {
      const { status, stdout, stderr } = lspci(...args);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });

  test('every other bad usage is refused as well', async () => {
    const wrong = [
      ['--device', 'nic'],
      ['--device', 'vf01'],
      ['--device', 'vf63'],
      ['--device', 'pf', '--vfs', '64'],
      ['--device', 'pf', '--vfs=-1'],
      ['--device', 'pf', '--vfs', '1.5'],
      ['--device', 'pf', '--vfs', 'two'],
      ['--device', 'pf', '--vfs', ''],
      ['--device', 'pf', '--vfs'],
      ['--device', '21140', '--vfs', '0'],
      ['--device', 'pf', 'vf0'],
      ['--device', 'pf', '--vf', '2'],
    ];
    for (const args of wrong) {
      const refused = await lspciCommand(args).catch((error: unknown) => error);
      const { name, code = '' } = refused as { name: string; code?: string };
      expect([args, name === 'UsageError' || code.startsWith('ERR_PARSE_ARGS')]).toEqual([
        args,
        true,
      ]);
    }
  });
});
