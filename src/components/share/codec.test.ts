import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SAMPLES } from '../report/samples.ts';
import {
  decodeShare,
  encodeShare,
  MOST_BYTES,
  readShareFile,
  type Share,
  sharedIn,
} from './codec.ts';

const CELL: Share = {
  kind: 'cell',
  lesson: '01-the-ledger',
  cell: 'compare',
  hash: 'abc123',
  text: 'export default "grüße 👋";\n',
  files: { 'sandbox/machine/guest/stack.ts': '// mine\n' },
  knobs: { 'Frame size': 64, Line: '10G', 'Posted interrupts': true },
};

/** A link that somebody made by hand from any JSON. */
const forged = (json: string): string => `1.${deflateRawSync(json).toString('base64url')}`;
const changed = (change: object): string => forged(JSON.stringify({ ...CELL, ...change }));

it('brings a cell and a playground back as they were', async () => {
  const text = await encodeShare(CELL);
  expect(text).toMatch(/^1\.[A-Za-z0-9_-]+$/);
  expect(await decodeShare(text)).toEqual(CELL);
  const playground: Share = {
    kind: 'playground',
    state: { panels: { vms: 3 }, deep: [[1], null] },
  };
  expect(await decodeShare(await encodeShare(playground))).toEqual(playground);
});

it('brings a baseline back', async () => {
  const report = JSON.parse(JSON.stringify(SAMPLES.compare));
  const baseline = { when: '2026-01-01T00:00:00.000Z', knobs: { 'Frame size': 1514 }, report };
  const share = { ...CELL, baseline } as Share;
  const text = await encodeShare(share);
  expect(await decodeShare(text)).toEqual(share);
  expect(text.length).toBeLessThan(8_000);
});

it('brings any text back', async () => {
  const texts = fc.string({ unit: 'grapheme', maxLength: 500 });
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      expect(await decodeShare(await encodeShare({ ...CELL, text }))).toEqual({ ...CELL, text });
    }),
    { numRuns: 50 },
  );
});

it('refuses anything else without breaking', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), async (text) => {
      await expect(decodeShare(text)).rejects.toThrow(/damaged|version|too long/);
      await expect(decodeShare(`1.${text}`)).rejects.toThrow(/damaged|too long|cannot|nothing/);
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.json(), async (json) => {
      await expect(decodeShare(forged(json))).rejects.toThrow(/nothing|cannot|damaged|name/);
    }),
  );
  await expect(decodeShare('2.AAAA')).rejects.toThrow(/another version/);
  const whole = await encodeShare(CELL);
  await expect(decodeShare(whole.slice(0, -9))).rejects.toThrow(/damaged/);
});

for (const [name, json, message] of [
  [
    '__proto__',
    `{"kind":"cell","lesson":"01-x","cell":"c","__proto__":{"text":"x"}}`,
    /“__proto__”/,
  ],
  [
    '__proto__ among the knobs',
    `{"kind":"cell","lesson":"01-x","cell":"c","knobs":{"__proto__":1}}`,
    /“__proto__”/,
  ],
  [
    '__proto__ among the files',
    `{"kind":"cell","lesson":"01-x","cell":"c","files":{"__proto__":"x"}}`,
    /“__proto__”/,
  ],
  [
    'constructor deep in a state',
    `{"kind":"playground","state":{"a":[{"constructor":{"prototype":{"x":1}}}]}}`,
    /name/,
  ],
  ['a lesson elsewhere', changed({ lesson: '../../x' }), /“lesson”/],
  ['a cell with markup', changed({ cell: '"><img src=x onerror=alert(1)>' }), /“cell”/],
  ['a text that is none', changed({ text: { length: 1 } }), /“text”/],
  ['a knob that is a list', changed({ knobs: { a: [1] } }), /“knobs.a”/],
  ['something more', changed({ run: true }), /“run”/],
  ['another kind', `{"kind":"script"}`, /“kind”/],
  ['no object', `7`, /nothing/],
  ['too long a text', changed({ text: 'x'.repeat(200_001) }), /“text”/],
  [
    'too many knobs',
    changed({ knobs: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, i])) }),
    /“knobs”/,
  ],
  [
    'too many files',
    changed({
      files: Object.fromEntries(Array.from({ length: 41 }, (_, i) => [`sandbox/lab/f${i}.ts`, ''])),
    }),
    /“files”/,
  ],
  [
    'a baseline that is no comparison',
    changed({
      baseline: {
        when: '2026-01-01T00:00:00.000Z',
        knobs: {},
        report: { kind: 'text', text: 'x' },
      },
    }),
    /“baseline/,
  ],
  [
    'a baseline that breaks off',
    changed({
      baseline: {
        when: '2026-01-01T00:00:00.000Z',
        knobs: {},
        report: { kind: 'compare', paths: { sriov: {} } },
      },
    }),
    /“baseline/,
  ],
  [
    'a baseline without a time',
    changed({ baseline: { when: 'now', knobs: {}, report: {} } }),
    /“baseline/,
  ],
] as const)
  it(`refuses ${name}, and names it`, async () => {
    await expect(decodeShare(json.startsWith('1.') ? json : forged(json))).rejects.toThrow(message);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

for (const path of [
  'src/pages/index.astro',
  '../sandbox/machine/x.ts',
  'sandbox/machine/../runner/frame.ts',
  'sandbox/runner/frame.ts',
  'sandbox/machine//x.ts',
  '/sandbox/machine/x.ts',
  'sandbox/machine/x.js',
  'sandbox/machine/x.ts\n',
  'sandbox\\machine\\x.ts',
  'sandbox/machine/%2e%2e/x.ts',
])
  it(`refuses the file ${JSON.stringify(path)}`, async () => {
    await expect(decodeShare(changed({ files: { [path]: '' } }))).rejects.toThrow(/“files/);
  });

it('stops a bomb long before it is unpacked', async () => {
  const bomb = deflateRawSync(Buffer.alloc(60_000_000, 32), { level: 9 });
  const text = `1.${bomb.toString('base64url')}`;
  expect(text.length).toBeLessThan(100_000);
  const before = process.memoryUsage().arrayBuffers;
  await expect(decodeShare(text)).rejects.toThrow(/too large/);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * MOST_BYTES);
});

it('refuses brackets without an end, and a link without an end', async () => {
  await expect(decodeShare(forged('['.repeat(900_000)))).rejects.toThrow(/damaged/);
  await expect(
    decodeShare(
      forged(`{"kind":"playground","state":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`),
    ),
  ).rejects.toThrow(/damaged/);
  await expect(decodeShare(`1.${'A'.repeat(100_000)}`)).rejects.toThrow(/too long/);
});

it('says when there is too much for a link or a file', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 8 }, (_, i) => [`sandbox/lab/f${i}.ts`, 'x'.repeat(150_000)]),
  );
  await expect(encodeShare({ ...CELL, files })).rejects.toThrow(/too much/);
});

it('reads a file with the same care', async () => {
  expect(await readShareFile(new Blob([JSON.stringify(CELL)]))).toEqual(CELL);
  await expect(readShareFile(new Blob(['<html>']))).rejects.toThrow(/damaged/);
  await expect(readShareFile(new Blob([new Uint8Array(MOST_BYTES + 1)]))).rejects.toThrow(
    /too large/,
  );
});

it('finds a share in a fragment, and only there', () => {
  expect(sharedIn('#share=1.abc')).toBe('1.abc');
  expect(sharedIn('#cell-compare')).toBeUndefined();
  expect(sharedIn('')).toBeUndefined();
});
