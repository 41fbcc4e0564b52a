import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { check, type Rig, runText, startRig } from './rig.ts';

test.describe.configure({ mode: 'default' });

// One page for all: whatever a run does, the next one must find the page in order.
let rig: Rig;
let page: Page;
test.beforeAll(async ({ browser }) => {
  rig = await startRig();
  page = await browser.newPage();
  await page.goto(rig.url);
});
test.afterAll(async () => {
  await page.close();
  await rig.close();
});

test('runs a compiled cell: reports, log, knobs', async () => {
  const result = await runText(page);
  expect(result.outcome, result.error).toBe('done');
  expect(result.reports).toEqual([
    { kind: 'text', text: 'hello, 1514 bytes' },
    { kind: 'text', text: 'frame 1514' },
  ]);
  expect(result.log).toEqual(['printed { frame: 1514 }']);
  expect(result.knobs).toEqual(['Frame size']);
  expect(rig.strays).toEqual([]);
});

test('a knob changes the value; the cell is not rebuilt', async () => {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  const result = await runText(page, undefined, { knobs: { 'Frame size': 64 } });
  expect(result.reports[1]).toEqual({ kind: 'text', text: 'frame 64' });
  expect(requests.filter((url) => /wasm|bundler|sources/.test(url))).toEqual([]);
});

test('the site’s own code runs again in its frame; a reader’s never does', async () => {
  const marked = page.locator('iframe[data-before]');
  const mark = (): Promise<void> =>
    page.evaluate(() => {
      for (const frame of document.querySelectorAll('iframe')) frame.dataset.before = '';
    });
  await runText(page);
  await expect(page.locator('iframe')).toHaveCount(2);
  await mark();
  for (const frame of [64, 65]) {
    const again = await runText(page, undefined, { knobs: { 'Frame size': frame } });
    expect(again.outcome, again.error).toBe('done');
    expect(again.reports[1]).toEqual({ kind: 'text', text: `frame ${frame}` });
    expect(again.log).toEqual([`printed { frame: ${frame} }`]);
    expect(again.knobs).toEqual(['Frame size']);
  }
  await expect(page.locator('iframe')).toHaveCount(2);
  await expect(marked).toHaveCount(2);

  const mine = 'export default 1;';
  for (let i = 0; i < 2; i++) {
    expect((await runText(page, mine)).outcome).toBe('done');
    await expect(marked).toHaveCount(0);
    await expect(page.locator('iframe')).toHaveCount(1);
    await mark();
  }
});

test('runs edited code, and an edited earlier cell', async () => {
  const edited = await runText(
    page,
    `import { text } from 'two-checkboxes';\nexport default text('mine');`,
  );
  expect(edited.reports, edited.error).toEqual([{ kind: 'text', text: 'mine' }]);
  const earlier = await runText(page, undefined, {
    files: { 'setup.ts': `export const greeting = 'good day';` },
  });
  expect(earlier.reports[0]).toEqual({ kind: 'text', text: 'good day, 1514 bytes' });
});

test('compiled code loads the lesson’s lab alone; edited code may import anything', async ({
  browser,
}) => {
  const fresh = await browser.newPage();
  const labs: string[] = [];
  fresh.on('request', (request) => {
    const lab = /\/(lab|lesson-lab)\.\w+\.js$/.exec(request.url());
    if (lab) labs.push(String(lab[1]));
  });
  await fresh.goto(rig.url);
  const compiled = await runText(fresh);
  await check(fresh);
  expect(labs).toEqual(['lesson-lab']);

  // The lesson takes only the type of Meter.
  const edited = await runText(
    fresh,
    `import { Meter, text } from 'two-checkboxes';\nconst meter = new Meter();\nmeter.add();\nexport default text('count ' + meter.count);`,
  );
  expect(edited.reports, edited.error).toEqual([{ kind: 'text', text: 'count 1' }]);
  expect(labs).toEqual(['lesson-lab', 'lab']);
  const exercise = await check(
    fresh,
    `import { Driver, Meter } from 'two-checkboxes';\nconst own = new Meter();\nexport class MyDriver extends Driver {\n  override step(meter: Meter): void {\n    own.add();\n    if (own.count > 0) meter.add();\n  }\n}`,
  );
  expect(exercise.expectations, exercise.error).toMatchObject([{ passed: true, seen: '10' }]);

  const text = readFileSync('tests/runner/fixtures/lessons/01-test/cells/use.ts', 'utf8');
  const whole = await runText(fresh, `${text}// edited`);
  expect({ ...whole, ms: 0 }).toEqual({ ...compiled, ms: 0 });
  expect({ ...(await runText(fresh)), ms: 0 }).toEqual({ ...compiled, ms: 0 });
  expect(labs).toEqual(['lesson-lab', 'lab']);
  await fresh.close();
});

test('runs with an edited lab file', async () => {
  const files = await page.evaluate(async () => {
    const manifest = await (await fetch('sandbox/manifest.json')).json();
    return (await fetch(`sandbox/${manifest.sources}`)).json();
  });
  const path = 'tests/runner/fixtures/lab/index.ts';
  expect(Object.keys(files)).toContain(path);
});

test('a syntax error names file and line, and nothing runs', async () => {
  const result = await runText(page, 'console.log(1);\nconst x: number = ;\n');
  expect(result.outcome).toBe('failed');
  expect(result.error).toMatch(/^line 2 of use\.ts: /);
  expect(result.places).toEqual(['use.ts:2']);
  expect(result.log).toEqual([]);
});

test('a thrown error points to the line, through other cells and the lab', async () => {
  const thrown = await runText(
    page,
    '\n\nconst late: number = 1;\nfunction fail(): void {\n  throw new Error(`no ${late}`);\n}\n\nfail();\n',
  );
  expect(thrown.error).toBe('Error: no 1');
  expect(thrown.places).toEqual(['use.ts:5', 'use.ts:8']);
  const inLab = await runText(
    page,
    `import { compare } from 'two-checkboxes';\n\nexport default await compare({ frame: -1 });`,
  );
  expect(inLab.error).toBe('RangeError: frame is -1; it must be from 60 to 9014 bytes');
  expect(inLab.places).toEqual(['use.ts:3']);
  const compiled = await runText(page, undefined, { knobs: { 'Frame size': 1 } });
  expect(compiled.places).toEqual(['use.ts:7']);
  const earlier = await runText(page, undefined, {
    files: { 'setup.ts': '\nexport const greeting: string = null!.x;' },
  });
  expect(earlier.places).toEqual(['setup.ts:2']);
});

for (const [name, code, message] of [
  ['a string', `throw 'plain';`, /threw a value.*: plain/],
  ['undefined', 'throw undefined;', /threw a value.*: undefined/],
  [
    'a throwing getter',
    `throw { get message() { throw 1; }, get stack() { throw 2; } };`,
    /threw a value/,
  ],
  [
    'a throwing proxy',
    `throw new Proxy({}, { getPrototypeOf() { throw 1; }, ownKeys() { throw 2; }, get() { throw 3; } });`,
    /cannot be read/,
  ],
  [
    'an error that hides',
    `const e = new Error('x'); Object.defineProperty(e, 'message', { get() { throw 1; } }); throw e;`,
    /Error/,
  ],
  ['a huge message', `throw new Error('x'.repeat(5e6));`, /Error: x+ …/],
  ['a function as result', `export default [() => 1];`, /function|cannot be shown/],
  [
    'a rejected promise',
    `Promise.reject(new Error('left alone')); await new Promise((r) => setTimeout(r, 200));`,
    /left alone/,
  ],
  [
    'an error in a timer',
    `setTimeout(() => { throw new Error('in a timer'); }); await new Promise((r) => setTimeout(r, 200));`,
    /in a timer/,
  ],
  ['a stack overflow', `const f = (): number => f() + 1; f();`, /call stack/i],
] as const) {
  test(`says what happened: ${name}`, async () => {
    const result = await runText(page, `${code}\nexport {};`);
    expect(`${result.error} ${JSON.stringify(result.reports)}`).toMatch(message);
    expect((await runText(page)).outcome).toBe('done');
  });
}

test('an endless loop: Stop ends it in under a second', async () => {
  const result = await runText(page, 'for (;;) {}', { stopAfter: 300 });
  expect(result.outcome).toBe('stopped');
  expect(result.ms).toBeLessThan(1_300);
  expect((await runText(page)).outcome).toBe('done');
});

test('an endless loop ends at the time limit by itself', async () => {
  const result = await runText(page, `console.log('before'); for (;;) {}`);
  expect(result.error).toMatch(/longer than 4 s/);
  expect(result.log).toEqual(['before']);
  const never = await runText(page, 'await new Promise(() => {});');
  expect(never.error).toMatch(/longer than 4 s/);
});

test('an endless log ends at its limit; what was printed stays', async () => {
  const lines = await runText(page, `for (let i = 0; ; i++) console.log('line', i);`);
  expect(lines.error).toMatch(/more than 1,000 lines/);
  expect(lines.log.slice(0, 2)).toEqual(['line 0', 'line 1']);
  const long = await runText(page, `for (;;) console.log('x'.repeat(3000));`);
  expect(long.error).toMatch(/characters/);
});

test('too many or too large results end at their limit', async () => {
  const many = await runText(
    page,
    `import { show, text } from 'two-checkboxes'; for (;;) show(text('again'));`,
  );
  expect(many.error).toMatch(/more than 100 results/);
  expect(many.reports.length).toBe(100);
  const large = await runText(
    page,
    `import { show } from 'two-checkboxes'; show({ kind: 'hexdump', title: 'x', bytes: new Uint8Array(5e6) } as never);`,
  );
  expect(large.error).toMatch(/4 MB/);
});

for (const code of [
  `const b = new Uint8Array(2 ** 31); b.fill(1); console.log(b.length);`,
  `const all: unknown[] = []; for (;;) all.push(new Array(1e6).fill(Math.random()));`,
  `let s = 'x'; for (;;) s += s;`,
]) {
  test(`a huge allocation leaves the page usable: ${code.slice(0, 40)}`, async () => {
    test.setTimeout(60_000);
    const result = await runText(page, code);
    expect(result.error).not.toBe('');
    expect((await runText(page)).outcome).toBe('done');
  });
}
