import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildLab } from './lab.ts';
import { prepare } from './lab-modules.ts';
import type { LabUse } from './lab-names.ts';

const ROOT = process.cwd();
const STAND_IN = 'tests/runner/fixtures/lab/bundle.ts';

interface Lab {
  face: Record<string, never>;
  beginSession(session: { knobs: object; emit(report: unknown): void }): void;
  endSession(): { knobs: unknown[] };
  runTask?(task: unknown): unknown;
}

const only = (names: string[]): LabUse => ({ names, without: [] });

const evaluate = (script: string): Lab => new Function(`${script}\nreturn TwoCheckboxesLab;`)();

describe('a lab', () => {
  it('has every export of the face, or only those it is asked for', async () => {
    const whole = await buildLab(ROOT, STAND_IN);
    expect(Object.keys(evaluate(whole.code).face)).toEqual(
      expect.arrayContaining(['Driver', 'Meter', 'compare', 'knob', 'runDriver', 'show', 'text']),
    );
    const part = await buildLab(ROOT, STAND_IN, only(['knob', 'text']));
    expect(Object.keys(evaluate(part.code).face).sort()).toEqual(['knob', 'text']);
    expect(part.code).not.toContain('it must be from 60 to 9014 bytes');
    expect(part.code.length).toBeLessThan(whole.code.length);
  });

  it('shares its session with the few exports it has', async () => {
    const lab = evaluate((await buildLab(ROOT, STAND_IN, only(['knob', 'show']))).code);
    const shown: unknown[] = [];
    lab.beginSession({ knobs: { Size: 7 }, emit: (report) => shown.push(report) });
    const { knob, show } = lab.face as Record<string, (...args: unknown[]) => unknown>;
    show?.(knob?.('Size', 1));
    expect(shown).toEqual([7]);
    expect(lab.endSession().knobs).toMatchObject([{ label: 'Size', value: 7 }]);
  });

  it('freezes its classes, which can be extended all the same', async () => {
    const { face } = evaluate((await buildLab(ROOT, STAND_IN, only(['Driver', 'Meter']))).code);
    const { Driver, Meter } = face as unknown as Record<string, new () => { count: number }>;
    for (const it of [Driver, Meter]) {
      expect(Object.isFrozen(it)).toBe(true);
      expect(Object.isFrozen(it?.prototype)).toBe(true);
    }
    class Mine extends (Meter as new () => { count: number }) {}
    expect(new Mine().count).toBe(0);
  });

  it('that lacks a name is not built, and the error names it', async () => {
    await expect(buildLab(ROOT, STAND_IN, only(['nothing']))).rejects.toThrow(/nothing/);
    await expect(buildLab(ROOT, 'tests/none.ts')).rejects.toThrow('there is no lab at tests/none');
  });

  it('does tasks only when it has something that gives tasks away', async () => {
    const tasks = async (entry: string, name: string): Promise<string> =>
      typeof evaluate((await buildLab(ROOT, entry, only([name]))).code).runTask;
    expect(await tasks(STAND_IN, 'parallel')).toBe('function');
    expect(await tasks(STAND_IN, 'runDriver')).toBe('undefined');
    expect(await tasks('sandbox/lab/bundle.ts', 'sweep')).toBe('function');
    expect(await tasks('sandbox/lab/bundle.ts', 'compare')).toBe('undefined');
  });

  it('of the course leaves out what one function does not need', async () => {
    const whole = await buildLab(ROOT, 'sandbox/lab/bundle.ts');
    const part = await buildLab(ROOT, 'sandbox/lab/bundle.ts', only(['readPcap']));
    expect(Object.keys(evaluate(part.code).face)).toEqual(['readPcap']);
    // Left over are destructured constants, the structures they read, and the session.
    expect(part.code.length).toBeLessThan(whole.code.length / 20);
  });

  it('of the course has notes and sources of the profiles for those who import these', async () => {
    const skylake = JSON.parse(readFileSync('content/profiles/skylake-2017.json', 'utf8'));
    const { note } = skylake.p.vmexit_rtt;
    const labOf = async (name: string): Promise<string> =>
      (await buildLab(ROOT, 'sandbox/lab/bundle.ts', only([name]))).code;
    expect(note).not.toBe('');
    expect(await labOf('PROFILES')).toContain(note);
    const compare = await labOf('compare');
    expect(compare).toContain(skylake.name);
    expect(compare).not.toContain(note);
  });
});

describe('a module of the lab', () => {
  const marked = (text: string): string => prepare(text).replace(/\nimport .*\n$/, '');

  it('has its classes frozen where they stand, exported or not, abstract or not', () => {
    expect(marked('export abstract class A<T> extends B<T> implements C {}')).toBe(
      'export const A = /* @__PURE__ */ __frozen(class A<T> extends B<T> implements C {});',
    );
    expect(marked('class A { x = structure(1); }')).toBe(
      'const A = /* @__PURE__ */ __frozen(class A { x = structure(1); });',
    );
    expect(prepare('class A {}')).toContain("import { frozen as __frozen } from 'frozen-class'");
  });

  it.each([
    ['a call', 'structure("S", 8, {})'],
    ['an object', 'new Map([[1, 2]])'],
    ['a read', 'HEADER.at.size + 4'],
    ['a list', '[...A, ...B] as const'],
    ['arithmetic', '1 << 20'],
  ])('has a constant marked that takes work: %s', (_, work) => {
    expect(marked(`export const X: T = ${work};`)).toBe(
      `export const X: T = /* @__PURE__ */ (() => (${work}))();`,
    );
  });

  it.each([
    'const X = 5;',
    'const f = (a: A) => a.b.c();',
    'const T = { read() { return make(); } };',
    'let x = make();',
    'make();',
    'function f() { const x = make(); return x; }',
  ])('is left as it is otherwise: %s', (text) => {
    expect(prepare(text)).toBe(text);
  });
});
