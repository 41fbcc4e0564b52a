import * as esbuild from 'esbuild';
import { describe, expect, it } from 'vitest';
import { bundleCell, CellBundler } from './bundle.ts';
import type { BundleRequest } from './bundle-names.ts';
import { originOf } from './sourcemap.ts';

const setup = `export const greeting: string = 'hello';`;

function bundle(text: string, more: Partial<BundleRequest> = {}) {
  return bundleCell(esbuild, {
    entry: 'use.ts',
    cells: { 'setup.ts': setup, 'use.ts': text },
    ...more,
  });
}

async function evaluate(
  code: string,
  lab: unknown,
): Promise<{ exports: Record<string, unknown>; opened: unknown[] }> {
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  const opened: unknown[] = [];
  let exports = {};
  await new AsyncFunction('__lab', '__open', '__finish', code)(
    lab,
    (it: unknown) => opened.push(it),
    (found: object) => {
      exports = found;
    },
  );
  return { exports, opened };
}

async function refusal(text: string): Promise<string> {
  const result = await bundle(text);
  if (result.ok) throw new Error('was not refused');
  const [d] = result.diagnostics;
  return `${d.file}:${d.line} ${d.text}`;
}

describe('a bundle', () => {
  it('is the body of an async function that gets the lab and hands over its exports', async () => {
    const result = await bundle(
      `import { knob } from 'two-checkboxes';\nimport { greeting } from './setup.ts';\nexport default await knob(greeting);`,
    );
    if (!result.ok) throw new Error('failed');
    const { exports, opened } = await evaluate(result.code, { knob: async (s: string) => `${s}!` });
    expect(exports.default).toBe('hello!');
    expect(opened).toEqual([]);
  });

  it('carries the whole lab when sources are given, and opens it before the cell runs', async () => {
    const sources = {
      'sandbox/lab/index.ts': `import { state } from './session.ts';\nexport function knob() { return state.value; }`,
      'sandbox/lab/session.ts': `import data from '../../content/x.json' with { type: 'json' };\nexport const state = { value: data.a };`,
      'sandbox/lab/bundle.ts': `export * as face from './index.ts';\nexport { state } from './session.ts';`,
      'content/x.json': '{ "a": 7 }',
    };
    const result = await bundle(`import { knob } from 'two-checkboxes';\nexport default knob();`, {
      sources,
    });
    if (!result.ok) throw new Error('failed');
    const { exports, opened } = await evaluate(result.code, undefined);
    expect(exports.default).toBe(7);
    expect(opened).toHaveLength(1);
  });

  it('is strict, and a file without import is a module', async () => {
    const result = await bundle('console.log(this === undefined);');
    expect(result.ok && result.code.startsWith('"use strict"')).toBe(true);
    expect(await refusal('return 1;')).toMatch(/^use\.ts:1 /);
  });

  it.each([
    [
      'by name',
      `import { knob, text as words } from 'two-checkboxes';\nexport default words(knob);`,
    ],
    [
      'by name, with a type',
      `import {\n  type Report,\n  knob,\n  text,\n} from "two-checkboxes";\nexport default text(knob);`,
    ],
    ['as a whole', `import * as lab from 'two-checkboxes';\nexport default lab.text(lab.knob);`],
    [
      'with a comment among the names',
      `import { /* } */ knob, text } from 'two-checkboxes';\nexport default text(knob);`,
    ],
    [
      'to pass it on',
      `import { knob } from 'two-checkboxes';\nexport { text } from 'two-checkboxes';\nexport default knob + '-text';`,
    ],
  ])('takes the lab however a cell imports it: %s', async (_, text) => {
    const result = await bundle(text);
    if (!result.ok) throw new Error(result.diagnostics[0]?.text);
    const lab = { knob: 'k', text: (value: string) => `${value}-text` };
    expect((await evaluate(result.code, lab)).exports.default).toBe('k-text');
  });

  it('brings no helper along for a lab that is imported by name', async () => {
    const result = await bundle(
      `import { knob, type Report } from 'two-checkboxes';\nexport default knob as unknown as Report;`,
    );
    if (!result.ok) throw new Error('failed');
    expect(result.code).not.toContain('__commonJS');
    expect(result.code).not.toContain('__lab.Report');
    expect(result.code.length).toBeLessThan(500);
  });

  it('gives undefined for what the lab does not have', async () => {
    const result = await bundle(`import { none } from 'two-checkboxes';\nexport default none;`);
    if (!result.ok) throw new Error('failed');
    expect((await evaluate(result.code, {})).exports.default).toBeUndefined();
  });

  it('maps its lines back to the cell', async () => {
    const result = await bundle(`const a: number = 1;\n\nconsole.log('here', a);`);
    if (!result.ok) throw new Error('failed');
    const lines = result.code.split('\n');
    const line = lines.findIndex((text) => text.includes("'here'") || text.includes('"here"'));
    const origin = originOf(result.sourceMap, line + 1, lines[line].indexOf('console'));
    expect(origin).toMatchObject({ line: 3, column: 0 });
    expect(origin?.source).toMatch(/cell:use\.ts$/);
  });
});

describe('imports', () => {
  it.each([
    [
      `\nimport fs from 'fs';`,
      `use.ts:2 cannot import 'fs'; a cell can import 'two-checkboxes' or an earlier cell: './setup.ts'`,
    ],
    [`import './setup';`, `use.ts:1 cannot import './setup'; write './setup.ts'`],
    [`import 'cell:setup.ts';`, `use.ts:1 cannot import 'cell:setup.ts'; a cell can`],
    [`export * from 'node:os';`, `use.ts:1 cannot import 'node:os'`],
    [`import x from '/etc/passwd';`, `use.ts:1 cannot import '/etc/passwd'`],
    [`await import('./setup.ts');`, `use.ts:1 cannot import './setup.ts' with import()`],
    [
      'const n = 1; await import(`./${n}.ts`);',
      'use.ts:1 cannot use import() with a computed name',
    ],
    [`require('fs');`, `use.ts:1 cannot require 'fs'`],
    [`const n = 'fs'; require(n);`, 'use.ts:1 cannot use require'],
    [`const r = require; r('fs');`, 'use.ts:1 cannot use require'],
    [`import { absent } from './setup.ts'; absent;`, 'use.ts:1 No matching export in "setup.ts"'],
  ])('%s is refused by name', async (text, words) => {
    expect(await refusal(text)).toContain(words);
  });

  it('of a later cell is refused: only given files exist', async () => {
    const result = await bundleCell(esbuild, {
      entry: 'a.ts',
      cells: { 'a.ts': `import './b.ts';` },
    });
    expect(result).toMatchObject({ ok: false, diagnostics: [{ file: 'a.ts', line: 1 }] });
  });

  it('may name a type only, from anywhere', async () => {
    expect(
      await bundle(`import type { Report } from 'two-checkboxes';\nexport const r: Report[] = [];`),
    ).toMatchObject({ ok: true });
  });
});

describe('bundling again', () => {
  const sources = {
    'sandbox/lab/index.ts': `export { a } from '../machine/a.ts';`,
    'sandbox/lab/bundle.ts': `export * as face from './index.ts';`,
    'sandbox/machine/a.ts': `export const a = 1;`,
  };
  const request = (a: string, cell = `import { a } from 'two-checkboxes';\nexport default a;`) => ({
    entry: 'use.ts',
    cells: { 'use.ts': cell },
    sources: { ...sources, 'sandbox/machine/a.ts': a },
  });

  it('gives the code that a bundle of its own gives, after any change', async () => {
    const bundler = new CellBundler(esbuild);
    const steps = [
      request('export const a = 1;'),
      request('export const a = 2;'),
      request('export const a = ;'),
      request('export const a = 3;'),
      { entry: 'use.ts', cells: { 'use.ts': 'export default 4;' } },
      request('export const a = 1;', 'export default 5;'),
    ];
    for (const step of steps) {
      const again = await bundler.bundle(step);
      const once = await bundleCell(esbuild, step);
      expect(again).toEqual(once.ok ? { ...once, sourceMap: '' } : once);
    }
  });

  it('runs the text that was given last', async () => {
    const bundler = new CellBundler(esbuild);
    for (const value of [7, 8]) {
      const result = await bundler.bundle(request(`export const a = ${value};`));
      if (!result.ok) throw new Error('refused');
      expect((await evaluate(result.code, {})).exports).toMatchObject({ default: value });
    }
  });
});
