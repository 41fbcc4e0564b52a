import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { buildLab } from './lab.ts';
import { emptied, PARTS, partsWithout } from './optional-parts.ts';

const ROOT = process.cwd();
const [BULK, FINISHED, EMULATED] = PARTS.map(({ name }) => name);

it.each([
  [['compare'], 'compare({ frame: 64 })', [BULK, FINISHED]],
  [['compare'], 'compare({ bulk: {} })', []],
  [['bulkSendTable'], 'bulkSendTable()', [BULK]],
  [['architecture'], "architecture({ path: 'vmbus' })", [BULK, FINISHED, EMULATED]],
  [['architecture'], "architecture({ path: 'emulated' })", [BULK, FINISHED]],
  [['runMachine'], 'runMachine({})', []],
  [['HyperVHost', 'knob'], 'new HyperVHost({})', []],
])('code that imports %j and says %s', (names, text, without) => {
  expect(partsWithout(names, [text])).toEqual(without);
});

it('names modules and exports that there are', () => {
  const face = ['lab/index.ts', 'machine/devices/dec21140/spec.ts']
    .map((path) => readFileSync(`sandbox/${path}`, 'utf8'))
    .join('');
  for (const { modules, spared } of PARTS) {
    expect(modules.filter((path) => !existsSync(path))).toEqual([]);
    expect([...(spared ?? [])].filter((name) => !new RegExp(`\\b${name}\\b`).test(face))).toEqual(
      [],
    );
  }
});

it('leaves of a module what it exports: constants, and functions and classes that throw', () => {
  const text = `import { x } from './x.ts';
export interface I {}
export const LIMIT = 5;
const own = x();
export function work(): void { own(); }
export class Machine { run() { x(); } }`;
  expect(emptied(text, 'trains').split('\n')).toEqual([
    `function absent() { throw new Error("this lesson's lab is without trains"); }`,
    'export const LIMIT = 5;',
    'export { absent as work };',
    'export { absent as Machine };',
  ]);
});

it('makes a lab that does the rest, and is marked', async () => {
  const names = ['compare'];
  const build = (without: string[]) => buildLab(ROOT, 'sandbox/lab/bundle.ts', { names, without });
  const [full, less] = await Promise.all([build([]), build(partsWithout(names, ['']))]);
  expect([full.partial, less.partial]).toEqual([false, true]);
  expect(less.code.length).toBeLessThan(0.95 * full.code.length);
  type Compare = (options: object) => Promise<{ paths: object }>;
  const compareOf = (code: string): Compare =>
    new Function(`${code}\nreturn TwoCheckboxesLab.face.compare;`)();
  const options = { frames: 20, paths: ['vmbus', 'sriov'] };
  expect(await compareOf(less.code)(options)).toEqual(await compareOf(full.code)(options));
  const bulk = { ...options, frames: undefined, bulk: { bytes: 9000 } };
  await expect(compareOf(less.code)(bulk)).rejects.toThrow(`without ${BULK}`);
  expect((await compareOf(full.code)(bulk)).paths).toHaveProperty('vmbus');
});
