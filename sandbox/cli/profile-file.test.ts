import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { toCompareOptions } from './options.ts';
import { toProfile } from './profile-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'profiles-'));
const SKYLAKE = readFileSync('content/profiles/skylake-2017.json', 'utf8');

afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

function file(text: string): string {
  const path = join(folder, `${files++}.json`);
  writeFileSync(path, text);
  return path;
}

describe('--profile', () => {
  test('is an id of the course, or a file', () => {
    expect(toProfile('nehalem-2008r2')).toBe('nehalem-2008r2');
    expect(toProfile(file(SKYLAKE))).toMatchObject({ id: 'skylake-2017', ghz: 2.5 });
    const options = toCompareOptions({ profile: file(SKYLAKE), mitigations: 'off' });
    expect(options).toEqual({ profile: JSON.parse(SKYLAKE), mitigations: false });
  });

  test.each<[string, string, RegExp]>([
    ['negative', SKYLAKE.replace('"value": 1181', '"value": -1181'), /'vmexit_rtt' is -1181/],
    ['absurd', SKYLAKE.replace('"value": 1181', '"value": 1e99'), /more than 1000000 cycles/],
    ['without a value', SKYLAKE.replace('"value": 1181,', ''), /'vmexit_rtt' has no value/],
    ['cut', SKYLAKE.slice(0, 900), /\d\.json: it is not JSON/],
    ['a list', `[${SKYLAKE}]`, /it is not an object with id/],
    ['empty', '', /it is not JSON/],
    ['long', ' '.repeat(100_001), /has 100001 bytes; a profile has 100000 at most/],
  ])('refuses a file that is %s', (_, text, message) => {
    expect(() => toProfile(file(text))).toThrow(message);
  });

  test('refuses a folder and a word that names nothing', () => {
    expect(() => toProfile(folder)).toThrow(/is no file/);
    expect(() => toProfile('pentium')).toThrow(
      /'pentium'; choose one of nehalem.* or name the file/,
    );
  });
});
