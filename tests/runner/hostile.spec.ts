import { type Browser, expect, type Page, test } from '@playwright/test';
import type { Result } from './fixtures/page.ts';
import { type Rig, runText, startRig } from './rig.ts';

/** Values that fight back when they are read, and bundles that leave the function they are put into. */

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
test.afterEach(async () => {
  const after = await runText(page);
  expect(after.outcome, after.error).toBe('done');
});

/** Nobody can tell what a getter does but by calling it; the run's time limit ends the one that never returns. */
for (const [name, code] of [
  ['a result', `export default { get kind() { for (;;); } };`],
  [
    'a shown result',
    `import { show } from 'two-checkboxes'; show({ get kind() { for (;;); } } as never);`,
  ],
  ['a list of results', `export default [{ kind: 'text', get text() { for (;;); } }];`],
  ['a result that pretends to be a promise', `export default { get then() { for (;;); } };`],
  [
    'an error’s message',
    `throw Object.defineProperty(new Error('x'), 'message', { get() { for (;;); } });`,
  ],
  [
    'an error’s stack',
    `throw Object.defineProperty(new Error('x'), 'stack', { get() { for (;;); } });`,
  ],
  [
    'a thrown proxy',
    `throw new Proxy({}, { getPrototypeOf() { for (;;); }, get() { for (;;); } });`,
  ],
  [
    'a printed proxy',
    `console.log(new Proxy({}, { ownKeys() { for (;;); }, getPrototypeOf() { for (;;); } }));`,
  ],
  [
    'a printed map',
    `console.log(new (class extends Map { override get [Symbol.iterator](): never { for (;;); } })());`,
  ],
] as const)
  test(`a getter that never returns, in ${name}, ends with the run’s time`, async () => {
    const result = await runText(page, `console.log('before');\n${code}\nexport {};`);
    expect(result.log[0]).toBe('before');
    expect(result.outcome).toBe('failed');
    expect(result.error).toMatch(/longer than 4 s|is plain data/);
  });

test('Stop ends it at once', async () => {
  const result = await runText(page, `export default { get kind() { for (;;); } };`, {
    stopAfter: 300,
  });
  expect(result.outcome).toBe('stopped');
  expect(result.ms).toBeLessThan(1_300);
});

test('a getter in what is printed is named, and not called', async () => {
  const result = await runText(
    page,
    `console.log({ get a() { for (;;); } }, { toString() { for (;;); }, toJSON() { for (;;); }, [Symbol.toPrimitive]() { for (;;); } });\nexport {};`,
  );
  expect(result.error).toBe('');
  expect(result.log[0]).toContain('getter');
});

for (const [name, code, message] of [
  [
    'knobs without an end',
    `for (let i = 0; ; i++) knob('knob ' + i, true);`,
    /longer than 4 s|memory/,
  ],
  ['more knobs than a page shows', `for (let i = 0; i < 5_000; i++) knob('knob ' + i, true);`, /./],
  ['a knob with a huge label', `knob('x'.repeat(5e6), true);`, /./],
  [
    'timers without an end',
    `const again = () => { for (let i = 0; i < 10; i++) setTimeout(again); }; again(); await new Promise(() => {});`,
    /longer than 4 s|memory/,
  ],
  [
    'promises without an end',
    `const again = (): Promise<void> => Promise.resolve().then(again); await again();`,
    /longer than 4 s|memory/,
  ],
  [
    'errors without an end',
    `for (;;) { Promise.reject(new Error('again')); await 0; }`,
    /again|longer than 4 s|memory/,
  ],
] as const)
  test(`a flood of ${name} ends, says so, and leaves the page in order`, async () => {
    const result = await runText(
      page,
      `import { knob } from 'two-checkboxes';\n${code}\nexport {};`,
    );
    expect(result.outcome).toBe('failed');
    expect(result.error).toMatch(message);
    expect(result.knobs.length).toBeLessThanOrEqual(50);
  });

/** What ends a string, a comment, a script or a line somewhere; here it is text like any other. */
for (const [name, text] of [
  ['the end of a script', '</script><script>globalThis.broke = 1</script>'],
  ['the end of a template', '`);globalThis.broke = 1;//${globalThis.broke = 1}'],
  ['the end of a string', `');globalThis.broke = 1;('`],
  ['the end of the function', '\n}))\nglobalThis.broke = 1;\n((async function () {\n'],
  ['a source map of its own', '\n//# sourceMappingURL=http://127.0.0.1:1/stray.map\n'],
  ['another name', '\n//# sourceURL=http://127.0.0.1:1/stray.js\n'],
  ['rare line ends', '\u2028\u2029\u0085\0\ufeff'],
  ['half a character', '\ud800'],
] as const)
  test(`text with ${name} comes out as it went in`, async () => {
    const before = rig.strays.length;
    const result = await runText(
      page,
      `const said: string = ${JSON.stringify(text)};
console.log(JSON.stringify(said), (globalThis as any).broke);
/* ${text.replaceAll('*/', '')} */
export {};`,
    );
    expect(result.error).toBe('');
    expect(result.log).toEqual([`${JSON.stringify(text)} undefined`]);
    expect(await page.evaluate(() => 'broke' in window)).toBe(false);
    expect(rig.strays.slice(before)).toEqual([]);
  });

test('text that ends the function early is refused, and nothing runs', async () => {
  for (const text of ['}));globalThis.broke = 1;((async function () {', '});', '}}}}']) {
    const result = await runText(page, `console.log('ran');\n${text}`);
    expect(result.outcome).toBe('failed');
    expect(result.error).toContain('line 2 of use.ts: ');
    expect(result.log).toEqual([]);
  }
});

/**
 * The bundler makes no bundle that leaves its function. If one did, it would be in the locked realm of the
 * run's own worker, as the code inside the function is. Here it comes in place of a compiled cell.
 */
async function runBundle(browser: Browser, code: string): Promise<Result> {
  const other = await browser.newPage();
  await other.route(/\/lessons\/01-test\/use\.[^/]*\.js$/, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: code }),
  );
  await other.goto(rig.url);
  const result = await runText(other);
  const broke = await other.evaluate(() => 'broke' in window);
  const next = await runText(other, `console.log('next'); export {};`);
  await other.close();
  expect(broke).toBe(false);
  expect(next.log).toEqual(['next']);
  return result;
}

/** Leaves the function, runs `body` at the top of the script, and goes on as a function. */
const outside = (body: string): string => `}));\n${body}\n((async function () {`;
const ATTEMPTS = `
const found = [];
for (const name of ['fetch', 'XMLHttpRequest', 'WebSocket', 'importScripts', 'Worker', 'indexedDB', 'caches', 'navigator', 'postMessage', 'BroadcastChannel', 'MessageChannel', 'Blob', 'close'])
  if (globalThis[name] !== undefined) found.push(name);
try { Object.prototype.polluted = 1; } catch {}
if ({}.polluted) found.push('a changed prototype');
try { globalThis.Map = 1; } catch {}
if (typeof Map !== 'function') found.push('a global');`;

test('a bundle that leaves its function is still in the locked realm', async ({ browser }) => {
  const result = await runBundle(
    browser,
    outside(`${ATTEMPTS} console.log('outside', JSON.stringify(found));`),
  );
  expect(result.log).toEqual(['outside []']);
});

test('a bundle that leaves its function imports nothing by an address', async ({ browser }) => {
  const before = rig.strays.length;
  const origin = new URL(rig.url).origin;
  const result = await runBundle(
    browser,
    `for (const from of ['${origin}/stray-bundle.js', 'http://127.0.0.1:1/x.js', 'data:text/javascript,1'])
       await import(from).then(() => console.log('got', from), (error) => console.log('refused', String(error)));
     __finish({});`,
  );
  expect(result.log).toHaveLength(3);
  expect(
    result.log.every((line) => line.startsWith('refused')),
    result.log.join(),
  ).toBe(true);
  expect(rig.strays.slice(before)).toEqual([]);
});

for (const [name, code] of [
  ['hands over a function of its own', outside(`__bundle(async () => { console.log('mine'); });`)],
  ['hands over what is no function', `}));\n__bundle(7);\n__bundle((async function () {`],
  [
    'redefines what takes it',
    outside(`try { globalThis.__bundle = 1; } catch {} delete globalThis.__bundle;`),
  ],
  ['throws at once', outside('throw new Error("at once");')],
  ['ends nowhere', '/* '],
  ['never ends', outside('for (;;);')],
] as const)
  test(`a bundle that ${name} is this run’s trouble alone`, async ({ browser }) => {
    const result = await runBundle(browser, code);
    expect(result.reports).toEqual([]);
    expect(['done', 'failed']).toContain(result.outcome);
    if (result.outcome === 'failed') expect(result.error).not.toBe('');
  });
