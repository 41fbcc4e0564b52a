import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildQuizzes } from './build.ts';

/** A lab with one function, which tells how often it ran. */
const LAB = 'var TwoCheckboxesLab = { face: { measure: (frame) => frame / 1514 } };';

const text = (right: string): string => `
import { measure } from 'two-checkboxes';

export default {
  cell: 'compare',
  variants: [{ frame: 1514 }],
  question: ({ frame }: { frame: number }) => \`Frames of \${frame} bytes?\`,
  run: ({ frame }: { frame: number }) => ({ rate: measure(frame) }),
  choices: () => [
    { text: 'Yes', fits: ({ rate }: { rate: number }) => ${right}, why: 'No.' },
    { text: 'No', fits: () => false, why: 'Yes.' },
  ],
  figures: ({ rate }: { rate: number }) => [{ name: 'Rate', value: rate }],
};
`;

let root: string;
const lessons = (): string => join(root, 'lessons');
const put = (name: string, content: string): void => {
  mkdirSync(join(lessons(), '01-first/quizzes'), { recursive: true });
  writeFileSync(join(lessons(), '01-first/quizzes', name), content);
};
const build = (lab = LAB) => buildQuizzes({ lessons: lessons(), lab, cache: join(root, 'cache') });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'quizzes-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe("a lesson's questions", () => {
  it('are compiled, run with the lab and kept by name', async () => {
    put('fast.ts', text('rate === 1'));
    put('sure.ts', text('rate > 0.5'));
    const { '01-first': found } = await build();
    expect(Object.keys(found ?? {})).toEqual(['fast', 'sure']);
    expect(found?.fast?.variants).toMatchObject([
      { question: 'Frames of 1514 bytes?', right: 0, figures: [{ name: 'Rate', value: 1 }] },
    ]);
  });

  it.each([
    ['none is right', text('rate > 1'), 'no choice is right; seen: Rate 1'],
    ['it throws', text("(() => { throw new Error('no such path'); })()"), 'no such path'],
    ['it throws at once', `throw new Error('at once');\n${text('true')}`, 'at once'],
    ['it does not compile', 'export default {', 'line 2: '],
    ['it imports what it may not', "import 'node:fs';\nexport default {};", 'node:fs'],
    [
      'a figure is too near',
      text('({ fits: true, margin: 0.001 })'),
      'unsafe margin: what was seen is within 0.1 %',
    ],
  ])('fail the build when of one of them %s, and the file is named', async (_, wrong, why) => {
    put('fine.ts', text('true'));
    put('wrong.ts', wrong);
    const built = build();
    await expect(built).rejects.toThrow('lessons/01-first/quizzes/wrong.ts: ');
    await expect(built).rejects.toThrow(why);
    await expect(built).rejects.not.toThrow('fine.ts');
  });

  it('are all named when several are wrong', async () => {
    put('a.ts', text('false'));
    put('b.ts', text('false'));
    await expect(build()).rejects.toThrow(/quizzes\/a\.ts: .*\n.*quizzes\/b\.ts: /);
  });

  it('are run again when they or the lab changed, and else taken from the cache', async () => {
    put('fast.ts', text('rate === 1'));
    const first = await build();
    const kept = readdirSync(join(root, 'cache'));
    expect(kept).toHaveLength(1);
    const marked = JSON.stringify(first['01-first']?.fast).replace('Frames', 'Kept frames');
    writeFileSync(join(root, 'cache', kept[0] ?? ''), marked);
    expect(JSON.stringify(await build())).toContain('Kept frames');

    const other = LAB.replace('1514', '757');
    await expect(build(other)).rejects.toThrow('no choice is right; seen: Rate 2');
    put('fast.ts', text('rate > 0.9'));
    expect(JSON.stringify(await build())).not.toContain('Kept frames');
  });

  it('that were half kept are run again', async () => {
    put('fast.ts', text('rate === 1'));
    const first = await build();
    const [kept = ''] = readdirSync(join(root, 'cache'));
    writeFileSync(join(root, 'cache', kept), '{"cell":');
    expect(await build()).toEqual(first);
  });
});
