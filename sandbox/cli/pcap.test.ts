import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { readPcap, writePcap } from '../lab/pcap.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lab-pcap-'));
const file = (name: string) => join(folder, name);

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `lab pcap` as a user does. */
function pcap(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'pcap', ...args], {
    encoding: 'utf8',
    timeout: 15_000,
  });
  return { status, stdout, stderr };
}

describe('lab pcap', () => {
  test('writes the frames of a run, and says how many', () => {
    const out = file('out.pcap');
    const words = ['--path', 'vmbus', '--tap', 'vswitch', '--frames', '12', '--sizes', '60,1514'];
    expect(pcap(out, ...words)).toEqual({
      ...{ status: 0, stderr: '', stdout: `${out}: 12 frames, 9660 bytes\n` },
    });
    const lengths = readPcap(readFileSync(out)).map(({ bytes }) => bytes.length);
    expect(lengths).toEqual(Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? 60 : 1514)));
  });

  test('plays a capture, whose lengths come out again, with its gaps', () => {
    const out = file('played.pcap');
    const frames = [60, 1000, 300].map((length, i) => ({
      time: 250 * i * i,
      bytes: new Uint8Array(length),
    }));
    writeFileSync(file('in.pcap'), writePcap(frames));
    const words = ['--path', 'sriov', '--direction', 'rx', '--pcap', file('in.pcap'), '--json'];
    const { stdout } = pcap(out, ...words);
    expect(JSON.parse(stdout)).toEqual({
      ...{ file: out, path: 'sriov', tap: 'wire', frames: 3, bytes: 24 + 3 * 16 + 1360 },
    });
    const played = readPcap(readFileSync(out));
    expect(played.map(({ bytes }) => bytes.length)).toEqual([60, 1000, 300]);
    const [first, second, third] = played.map(({ time }) => time);
    expect(Math.abs(second - first - 250)).toBeLessThan(2);
    expect(Math.abs(third - first - 1000)).toBeLessThan(2);
  });

  test('a place that no frame passes gives an empty capture, and says so', () => {
    const { status, stdout } = pcap(file('none.pcap'), '--path', 'sriov', '--tap', 'vswitch');
    expect(status).toBe(0);
    expect(stdout).toMatch(/0 frames, 24 bytes; no frame of the sriov path passes vswitch/);
    expect(readPcap(readFileSync(file('none.pcap')))).toEqual([]);
  });

  test('a file that is no capture stays as it is', () => {
    const notes = file('notes.txt');
    writeFileSync(notes, 'do not lose me\n');
    const { status, stderr } = pcap(notes, '--path', 'vmbus', '--frames', '1');
    expect(status).toBe(2);
    expect(stderr).toMatch(/is there already and is no capture; name another file/);
    expect(readFileSync(notes, 'utf8')).toBe('do not lose me\n');
  });

  test.each<[string[], RegExp]>([
    [['--path', 'vmbus'], /name one file to write/],
    [[file('a'), file('b'), '--path', 'vmbus'], /name one file to write/],
    [[file('a')], /name a path, as in --path vmbus/],
    [[file('a'), '--path', 'air'], /--path: 'air' is not one of native/],
    [[file('a'), '--path', 'vmbus', '--tap', 'air'], /--tap: 'air' is not one of guest/],
    [[file('a'), '--path', 'vmbus', '--paths', 'sriov'], /no option --paths; there is --path/],
    [[file('a'), '--path', 'vmbus', '--pcap', file('nowhere')], /--pcap: there is no file/],
    [[join(file('no'), 'a'), '--path', 'vmbus', '--frames', '1'], /cannot write .*ENOENT/],
    [[folder, '--path', 'vmbus'], /is not a file/],
  ])('%j is bad usage', (args, message) => {
    const { status, stdout, stderr } = pcap(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});
