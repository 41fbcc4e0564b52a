import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { writePcap } from '../lab/pcap.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lab-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command line as a user does. */
function lab(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    timeout: 15_000,
  });
  return { status, stdout, stderr };
}

/** An empty capture of another link type. */
function withLinkType(type: number): number[] {
  const file = writePcap([]);
  file[20] = type;
  return [...file];
}

/** A cell in a file of its own. */
function cell(name: string, source: string): string {
  const file = join(folder, name);
  writeFileSync(file, source);
  return file;
}

let profiles = 0;

/** A file with the 2017 profile, some of its figures changed. */
function profileFile(figures: object): string {
  const profile = JSON.parse(readFileSync('content/profiles/skylake-2017.json', 'utf8'));
  Object.assign(profile, { id: 'mine', name: 'my machine' });
  Object.assign(profile.p, figures);
  return cell(`profile-${profiles++}.json`, JSON.stringify(profile));
}

describe('a profile of one’s own', () => {
  const file = profileFile({ memcpy_cold: { value: 7 } });

  test('is named by its file, with and without mitigations', () => {
    const words = ['--paths', 'vmbus', '--frames', '20', '--profile', file, '--mitigations', 'on'];
    const { config } = JSON.parse(lab('compare', '--json', ...words).stdout);
    expect(config).toMatchObject({ profile: 'mine', mitigations: true });
    expect(config.ownProfile.p.memcpy_cold.value).toBe(7);
    expect(lab('compare', ...words).stdout).toContain('mine (my machine) with mitigations, 10G');
  });

  test('is own in a cell, and in its knob', () => {
    const source = `import { compare, profileKnob } from 'two-checkboxes';
const { config } = await compare({ profile: profileKnob(), paths: ['sriov'], frames: 9 });
export default \`\${config.profile} \${config.ownProfile?.p.memcpy_cold.value}\`;
`;
    const words = ['run', cell('own.ts', source), '--profile', file, '--knob', 'Costs of=own'];
    expect(lab(...words).stdout).toBe('own 7\n');
  });
});

describe('lab compare', () => {
  test('--json prints one JSON document and nothing else', () => {
    const { status, stdout, stderr } = lab(
      ...['compare', '--json', '--frames', '50', '--paths', 'native,emulated,vmbus,sriov'],
    );
    expect([status, stderr]).toEqual([0, '']);
    const { config, paths, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({});
    expect(config).toMatchObject({ frames: 50, frame: 1514, line: '10G' });
    expect(Object.keys(paths)).toEqual(['native', 'emulated', 'vmbus', 'sriov']);
    expect(paths.sriov.perFrame.ioExits).toBe(0);
  });

  test('takes every option of the table, written either way', () => {
    const words = [
      ...['--paths=sriov', '--profile', 'icelake-zen3-2021', '--line', '25G', '--frame', '9014'],
      ...[
        '--direction',
        'rx',
        '--load',
        '1000',
        '--vms',
        '2',
        '--queues',
        '2',
        '--root-cores',
        '2',
      ],
      ...['--guest-cores', '2', '--duration', '5', '--posted-interrupts', 'off', '--seed', '9'],
    ];
    const { status, stdout } = lab('compare', '--json', ...words);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).config).toEqual({
      paths: ['sriov'],
      profile: 'icelake-zen3-2021',
      line: '25G',
      frame: 9014,
      direction: 'rx',
      load: 1000,
      vms: 2,
      queues: 2,
      rootCores: 2,
      guestCores: 2,
      durationMs: 5,
      postedInterrupts: false,
      seed: 9,
    });
  });

  test('without --json prints a table with a column for each path', () => {
    const { status, stdout } = lab('compare', '--frames', '20');
    expect(status).toBe(0);
    expect(stdout).toMatch(/emulated +vmbus +sriov/);
    expect(stdout).toMatch(/exits for I\/O per frame +5/);
  });
});

describe('workloads of lab compare', () => {
  const config = (...words: string[]) => {
    const { status, stdout, stderr } = lab('compare', '--json', '--paths', 'sriov', ...words);
    expect([status, stderr]).toEqual([0, '']);
    return JSON.parse(stdout).config;
  };

  test('sizes, arrivals, requests in flight and a share for the application', () => {
    expect(config('--sizes', 'imix', '--frames', '12')).toMatchObject({ sizes: 'imix' });
    const clock = ['--arrivals', 'poisson', '--load', '5000', '--app-share', '0.25'];
    expect(config('--sizes', '60,1514', '--frames', '12', ...clock)).toMatchObject({
      ...{ sizes: [60, 1514], frame: 1514, arrivals: 'poisson', load: 5000, appShare: 0.25 },
    });
    expect(config('--direction', 'rr', '--in-flight', '3')).toMatchObject({ inFlight: 3 });
  });

  test('--pcap plays the lengths and the times of a capture', () => {
    const file = join(folder, 'two.pcap');
    const frames = [
      { time: 5e6, bytes: new Uint8Array(42) },
      { time: 5e6 + 400, bytes: new Uint8Array(700) },
    ];
    writeFileSync(file, writePcap(frames));
    expect(config('--pcap', file)).toMatchObject({
      recorded: [
        { length: 60, time: 5e6 },
        { length: 700, time: 5e6 + 400 },
      ],
      ...{ frame: 700, load: 2500, frames: 2 },
    });
  });

  test('both directions print a line for each', () => {
    const { status, stdout } = lab('compare', '--paths', 'sriov', '--direction', 'both');
    expect(status).toBe(0);
    expect(stdout).toMatch(/tx: throughput .*\n(.*\n)*rx: throughput/);
  });

  test.each<[string, number[] | undefined, RegExp]>([
    [
      'cut.pcap',
      [...writePcap([{ time: 0, bytes: new Uint8Array(60) }])].slice(0, -1),
      /ends in it/,
    ],
    ['raw.pcap', withLinkType(101), /link type 101 is not Ethernet/],
    ['none.pcap', undefined, /--pcap: there is no file/],
  ])('--pcap %s: status 2 and one line', (name, bytes, message) => {
    const file = join(folder, name);
    if (bytes !== undefined) writeFileSync(file, Uint8Array.from(bytes));
    const { status, stdout, stderr } = lab('compare', '--json', '--pcap', file);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});

describe('bad usage: status 2, nothing on stdout, one line that says what to write instead', () => {
  test.each<[string[], RegExp]>([
    [['compare', '--frame', '-5'], /frame: -5 .* 60 to 9014/],
    [['compare', '--profile', 'pentium', '--json'], /'pentium'; choose one of nehalem/],
    [
      ['compare', '--profile', profileFile({ vmexit_rtt: {} })],
      /json: .*'vmexit_rtt' has no value/,
    ],
    [['compare', '--mitigations', 'maybe'], /--mitigations: 'maybe' is not on or off/],
    [['compare', '--frmae', '60'], /no option --frmae; there is .*--frame/],
    [['compare', '--vms', 'two'], /--vms: 'two' is not a number/],
    [['frobnicate'], /no command 'frobnicate'; there is run, compare/],
    [['run', 'nowhere.ts'], /no file nowhere.ts/],
  ])('%j', (args, message) => {
    const { status, stdout, stderr } = lab(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});

describe('lab run', () => {
  const source = `import { knob, show, text } from 'two-checkboxes';
const frame: number = knob('Frame size', 1514, { min: 64, max: 9018, unit: 'B' });
const posted = knob('Posted', false);
show(text('first'));
export default \`\${frame} \${posted}\`;
`;

  test('runs a cell with its knobs and prints what it shows', () => {
    const file = cell('knobs.ts', source);
    const { status, stdout, stderr } = lab(
      ...['run', file, '--knob', 'Frame size=64', '--knob', 'Posted=true'],
    );
    expect([status, stdout, stderr]).toEqual([0, 'first\n64 true\n', '']);
  });

  test('--json prints the reports as one document', () => {
    const { status, stdout } = lab('run', '--json', cell('json.ts', source));
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      { kind: 'text', text: 'first' },
      { kind: 'text', text: '1514 false' },
    ]);
  });

  test.each([
    ['Frame size=10', /knob 'Frame size': 10 is not a number from 64 to 9018 B/],
    ['Size=10', /no knob 'Size'; it has 'Frame size', 'Posted'/],
    ['Frame size', /'Frame size' is not of the form name=value/],
  ])('--knob "%s" is bad usage', (word, message) => {
    const { status, stdout, stderr } = lab('run', cell('bad.ts', source), '--knob', word);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  test('a cell that throws: status 1, its error on stderr', () => {
    const { status, stdout, stderr } = lab('run', cell('throws.ts', `throw new Error('oh');`));
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/oh/);
  });
});
