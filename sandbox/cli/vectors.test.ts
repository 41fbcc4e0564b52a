import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const RECORDED = fileURLToPath(new URL('../../content/recordings/vmbus/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'vectors-'));

afterAll(() => rmSync(folder, { recursive: true }));

function lab(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function recorded(name: string): string {
  return join(RECORDED, `${name}.json.gz`);
}

function text(name: string): string {
  return gunzipSync(readFileSync(recorded(name))).toString('utf8');
}

describe('lab vectors', () => {
  test('all that the project keeps: one document, no difference, nothing skipped silently', () => {
    const all = readdirSync(RECORDED).map((name) => join(RECORDED, name));
    const { status, stdout, stderr } = lab('vectors', ...all, '--json');
    expect([status, stderr]).toEqual([0, '']);
    const { files, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({});
    expect(files.map((one: { file: string }) => one.file)).toEqual(all);
    for (const one of files) {
      expect(Object.keys(one)).toEqual([
        'file',
        'family',
        'steps',
        'differences',
        'notModelled',
        'first',
      ]);
      expect(one.differences, one.file).toBe(0);
      if (one.notModelled === null) expect(one.steps, one.file).toBeGreaterThan(0);
    }
  });

  test('a plain file under any name; status 1 and the place when it differs', () => {
    const path = file('synic-storvsc.txt', text('ring-mask-a'));
    expect(lab('vectors', path)).toMatchObject({ status: 0, stderr: '' });
    const other = text('ring-mask-a').replace('"signal":true', '"signal":false');
    const { status, stdout } = lab('vectors', path, file('other', other));
    expect(status).toBe(1);
    expect(stdout).toMatch(/other, step 0: signal: recorded false, model true/);
    const { files } = JSON.parse(lab('vectors', '--json', path, join(folder, 'other')).stdout);
    expect(files.map((one: { differences: number }) => one.differences)).toEqual([0, 1]);
    expect(files[1].first).toEqual([{ step: 0, what: 'signal', recorded: 'false', model: 'true' }]);
  });

  test.each<[string[], RegExp]>([
    [[], /vectors: name one file or more/],
    [['/no/such/file'], /vectors: there is no file \/no\/such\/file/],
    [['/'], /vectors: \/ is not a file/],
    [['--jsn', 'x'], /no option --jsn/],
    [['noise'], /noise: not JSON/],
    [['cut.gz'], /cut.gz: the gzip file ends too early/],
    [['half'], /half: not JSON/],
    [['empty'], /empty: of no known family; there is ring/],
    [['ring'], /ring: ops\[0\]: payload is not bytes in hexadecimal/],
  ])('%j is refused with status 2 and one line', (args, message) => {
    const whole = readFileSync(recorded('ring-mask-a'));
    file('noise', new Uint8Array(50).fill(7));
    file('cut.gz', whole.subarray(0, whole.length / 2));
    file('half', text('ring-mask-a').slice(0, 500));
    file('empty', '{}');
    file('ring', text('ring-mask-a').replace(/"payload":"../, '"payload":"xy'));
    const { status, stdout, stderr } = lab(
      ...['vectors', ...args.map((word) => (/^[a-z]/.test(word) ? join(folder, word) : word))],
    );
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('lab layouts', () => {
  test('--json: the figures of the design, no difference', () => {
    const { status, stdout, stderr } = lab('layouts', recorded('layouts'), '--json');
    expect([status, stderr]).toEqual([0, '']);
    const report = JSON.parse(stdout);
    expect(Object.keys(report)).toEqual([
      ...['structs', 'fieldsCompared', 'differences', 'notModelled'],
    ]);
    expect(report.differences).toEqual([]);
    expect(report.structs + report.notModelled.length).toBe(280);
    expect(report.notModelled).toContain('vstor_packet');
  });

  test('for people, and status 1 when one offset is other', () => {
    const same = lab('layouts', recorded('layouts'));
    expect(same.stdout).toMatch(/^\d+ structures, \d+ fields compared, 0 differences\n/);
    expect(same.stdout).toMatch(/^ {2}vstor_packet$/m);
    const table = JSON.parse(text('layouts'));
    const ring = table.structs.find((one: { struct: string }) => one.struct === 'hv_ring_buffer');
    ring.fields[1].offset = 8;
    const { status, stdout } = lab('layouts', file('layouts.json', JSON.stringify(table)));
    expect(status).toBe(1);
    expect(stdout).toContain(
      'hv_ring_buffer.read_index, place: table offset 8, 4 bytes, model offset 4, 4 bytes',
    );
  });

  test.each<[string[], RegExp]>([
    [[], /layouts: name one file/],
    [['a', 'b'], /layouts: name one file/],
    [['/no/such/file'], /layouts: there is no file/],
    [[recorded('ring-mask-a')], /ring-mask-a.json.gz: not a table of layouts/],
  ])('%j is refused with status 2 and one line', (args, message) => {
    const { status, stdout, stderr } = lab('layouts', ...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
