import { expect, type Page, test } from '@playwright/test';
import { check, type Rig, runText, startRig } from './rig.ts';

/**
 * What an exercise's code may try on its way to the judge: measure runs beside it, judge in a worker of its
 * own that gets a copy. Each text must leave the expectation unmet, and the page usable.
 */

test.describe.configure({ mode: 'default' });

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

const start = `import { Driver, Meter } from 'two-checkboxes';\n`;
const honest = `export class MyDriver extends Driver {}\n`;
/** A driver whose step runs `body`, after the usual two counts. */
const driver = (body: string): string =>
  `${start}export class MyDriver extends Driver { override step(m: Meter): void { super.step(m); ${body} } }\n`;

async function expectUsable(): Promise<void> {
  const solved = await check(
    page,
    `${start}export class MyDriver extends Driver { override step(m: Meter) { m.add(); } }`,
  );
  expect(solved.expectations, solved.error).toMatchObject([{ passed: true }]);
}

/** Runs to the end, and is judged by what the machine counted. */
for (const [name, code] of [
  [
    'prints and exports the answer',
    `${start}console.log('10'); export const count = 10; export const passed = true; export default { count: 10 };\n${honest}`,
  ],
  [
    'exports a judge and a measure of its own',
    `${start}export const measure = () => ({ count: 10 }); export const judge = () => [{ name: 'x', passed: true, wanted: '', seen: '' }];\n${honest}`,
  ],
  [
    'leaves something on the global object for the judge',
    `${start}Object.assign(globalThis, { count: 10, evidence: { count: 10 }, passed: true });\n${honest}`,
  ],
  [
    'patches every prototype that it finds',
    `${start}for (const o of [Object, Array, Promise, Map, Function, Number, String, Boolean, Error]) for (const k of ['count', 'passed', 'every', 'map', 'then', 'valueOf', 'toJSON']) { try { (o as any).prototype[k] = () => 10; } catch {} try { Object.defineProperty((o as any).prototype, k, { value: 10 }); } catch {} }\n${honest}`,
  ],
  [
    'gives its class a prototype that answers everything',
    `${start}export const MyDriver = new Proxy(class extends Driver {}, { get: (t, k) => k === 'count' ? 10 : Reflect.get(t, k) });\n`,
  ],
  [
    'asks who called it',
    driver(
      `try { (new Function('return arguments.callee.caller'))().exports = { count: 10 }; } catch {} try { (Error as any).prepareStackTrace = (_: unknown, frames: any[]) => { for (const f of frames) try { f.getThis().count = 10; } catch {} }; void new Error('x').stack; } catch {}`,
    ),
  ],
  [
    'starts workers and frames of its own',
    driver(
      `for (const n of ['Worker', 'SharedWorker', 'ServiceWorker']) try { new (globalThis as any)[n]('data:text/javascript,postMessage(1)'); } catch {}`,
    ),
  ],
  [
    'goes on after it was measured',
    driver(
      `setTimeout(() => { for (let i = 0; i < 50; i++) (globalThis as any).postMessage?.({ type: 'done', expectations: [{ name: 'x', passed: true, wanted: '', seen: '' }] }); });`,
    ),
  ],
] as const) {
  test(`cannot pass: ${name}`, async () => {
    const result = await check(page, code);
    expect(result.error).toBe('');
    expect(result.expectations).toMatchObject([{ name: 'One count a step', passed: false }]);
    expect(result.expectations).toHaveLength(1);
  });
}

/** Ends with words that say why, and without a judgement. */
for (const [name, code, message] of [
  ['throws undefined', `${start}throw undefined; ${honest}`, /threw a value.*undefined/],
  [
    'throws what throws when it is read',
    `${start}throw new Proxy(new Error('x'), { get() { throw new Error('again'); }, getPrototypeOf() { throw 1; } }); ${honest}`,
    /threw a value|cannot be read|Error/,
  ],
  [
    'throws an error that claims to be a judgement',
    driver(
      `throw Object.assign(new Error('done'), { type: 'done', expectations: [{ passed: true }] });`,
    ),
    /done/,
  ],
  [
    'exports a getter that never returns',
    `${start}export const MyDriver = new Proxy(class extends Driver {}, { get(t, k) { if (k === 'prototype') for (;;); return Reflect.get(t, k); } });\n`,
    /longer than 4 s/,
  ],
  ['never ends a step', driver('for (;;);'), /longer than 4 s/],
  [
    'prints without an end',
    driver(`for (;;) console.log('10 of 10 passed');`),
    /more than 1,000 lines/,
  ],
  ['calls itself without an end', driver('this.step(m);'), /call stack/i],
  ['exports no driver', `${start}export const MyDriver = 10;\n`, /not a constructor/],
  [
    'takes all memory in one piece after the other',
    driver(`const all: unknown[] = []; for (;;) all.push(new Array(1e6).fill(Math.random()));`),
    /memory|length|allocation|4 s/i,
  ],
] as const) {
  test(`ends without a judgement: ${name}`, async () => {
    const result = await check(page, code);
    expect(result.outcome).toBe('failed');
    expect(result.error).toMatch(message);
    expect(result.expectations).toEqual([]);
    await expectUsable();
  });
}

test('a live object of the machine that is broken stops the measuring, and nothing is judged', async () => {
  const result = await check(
    page,
    driver(`Object.defineProperty(m, 'count', { get() { for (;;); }, configurable: true });`),
  );
  expect(result.expectations).toEqual([]);
  expect(result.error).toMatch(/longer than 4 s|redefine|not extensible/);
  await expectUsable();
});

test('what one check leaves behind is gone before the next', async () => {
  await check(page, `${start}(globalThis as any).left = 'behind';\n${honest}`);
  const next = await check(
    page,
    `${start}console.log(String((globalThis as any).left));\n${honest}`,
  );
  expect(next.log).toEqual(['undefined']);
  expect((await runText(page, `console.log(String((globalThis as any).left));`)).log).toEqual([
    'undefined',
  ]);
});

test('a check gets a seed that the reader’s code does not see, another one each time', async () => {
  const seen = new Set<string>();
  const peek = `${start}console.log(JSON.stringify(Object.keys(globalThis).filter((k) => /seed|job|evidence/i.test(k))));\n${honest}`;
  for (let i = 0; i < 3; i++) {
    const { expectations, log } = await check(page, peek, 'seeded');
    expect(log).toEqual(['[]']);
    seen.add(expectations[0]?.seen ?? '');
  }
  expect(seen.size).toBe(3);
});
