import { expect, type Page, test } from '@playwright/test';
import { check, type Rig, runText, sandboxFrame, startRig } from './rig.ts';

/** What hostile code tries. Each text runs as a reader's edited cell or exercise. */

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

/** Tries an expression by every name a realm has for it; prints `blocked` or what came back. */
const attempt = (body: string): string => `
const g: any = globalThis;
let said = 'blocked';
try { said = 'got ' + String(await (async () => { ${body} })()); } catch (e) { said = 'blocked: ' + String(e); }
console.log(said);
export {};
`;

for (const [name, body] of [
  ['fetch', `return (await g.fetch('/stray-fetch')).status`],
  ['fetch from a function', `return (await Function('return fetch("/stray-function")')()).status`],
  [
    'XMLHttpRequest',
    `const x = new g.XMLHttpRequest(); x.open('GET', '/stray-xhr', false); x.send(); return x.status`,
  ],
  ['WebSocket', `return new g.WebSocket('ws://127.0.0.1:1/')`],
  ['EventSource', `return new g.EventSource('/stray-events')`],
  ['WebTransport', `await new g.WebTransport('https://127.0.0.1:1/').ready; return 'ready'`],
  ['WebRTC', `return new g.RTCPeerConnection().createDataChannel('x').label`],
  ['a beacon', `return g.navigator.sendBeacon('/stray-beacon', 'x')`],
  ['cookies', `return await g.cookieStore.getAll()`],
  ['localStorage', `return g.localStorage.length`],
  ['a shared worker', `return new g.SharedWorker('data:text/javascript,1')`],
  ['importScripts', `return g.importScripts('/stray-import-scripts.js')`],
  [
    'import of a URL behind eval',
    `return await (0, eval)('import("' + 'http://127.0.0.1:1/stray.js")')`,
  ],
  [
    'import of a data URL behind eval',
    `return await (0, eval)('import("data:text/javascript,export default 1")')`,
  ],
  ['indexedDB', `return g.indexedDB.open('x')`],
  ['caches', `return await g.caches.open('x')`],
  ['OPFS', `return await g.navigator.storage.getDirectory()`],
  ['locks', `return await g.navigator.locks.request('x', () => 1)`],
  ['BroadcastChannel', `return new g.BroadcastChannel('site').name`],
  ['a worker', `return new g.Worker('data:text/javascript,1')`],
  ['the parent', `return g.parent.document.title`],
  ['the frame', `g.postMessage({ nonce: 1 }); return 'posted'`],
  [
    'the deleted names, through prototypes',
    `
    const names = ['fetch', 'postMessage', 'importScripts', 'indexedDB', 'caches', 'navigator', 'Worker', 'BroadcastChannel', 'addEventListener', 'onmessage', 'close', 'name', 'location', 'MessagePort', 'MessageChannel', 'EventTarget'];
    const found: string[] = [];
    for (let o: any = globalThis; o; o = Object.getPrototypeOf(o)) for (const n of names) if (Object.hasOwn(o, n) && o[n] !== undefined) found.push(n);
    if (found.length === 0) throw new Error('nothing there');
    return found`,
  ],
] as const) {
  test(`cannot reach ${name}`, async () => {
    const before = rig.strays.length;
    const result = await runText(page, attempt(body));
    expect(result.log.join(' '), result.error).toMatch(/^blocked/);
    expect(rig.strays.slice(before)).toEqual([]);
  });
}

test('the frame has an opaque origin and no storage of the site', async () => {
  await page.evaluate(() => (window as unknown as { api: { warm(): Promise<void> } }).api.warm());
  const frame = await sandboxFrame(page);
  expect(await frame.evaluate(() => window.origin)).toBe('null');
  await expect(frame.evaluate(() => localStorage.length)).rejects.toThrow(/sandbox|denied/i);
});

for (const [code, message] of [
  [
    `import fs from 'fs';`,
    `cannot import 'fs'; a cell can import 'two-checkboxes' or an earlier cell: './setup.ts'`,
  ],
  [`import 'https://example.org/x.js';`, `cannot import 'https://example.org/x.js'`],
  [`import { a } from './nope.ts';`, `cannot import './nope.ts'`],
  [`import { a } from '../../lab/session.ts';`, `cannot import '../../lab/session.ts'`],
  [`await import('./setup.ts');`, 'with import()'],
  ['const n = `fs`; await import(n);', 'cannot use import() with a computed name'],
  ['const n = `setup`; await import(`./${n}.ts`);', 'cannot use import() with a computed name'],
  [`const fs = require('fs');`, `cannot require 'fs'`],
] as const) {
  test(`refuses by name, before anything runs: ${code}`, async () => {
    const result = await runText(page, `console.log('ran');\n${code}`);
    expect(result.outcome).toBe('failed');
    expect(result.error).toContain('line 2 of use.ts: ');
    expect(result.error).toContain(message);
    expect(result.log).toEqual([]);
  });
}

test('ordinary code works in the locked realm', async () => {
  const result = await runText(
    page,
    `import { Driver, type Meter } from 'two-checkboxes';
class Mine extends Driver { extra = 1; override step(meter: Meter) { super.step(meter); } toString() { return 'mine'; } }
class Oops extends Error { constructor() { super('x'); this.name = 'Oops'; this.message = 'y'; } }
const point: any = {}; point.toString = () => 'point'; point.constructor = 1; point.valueOf = () => 7;
function Old(this: any) { this.a = 1; } Old.prototype.toString = () => 'old';
const map = new Map([[1, { a: [1, 2] }]]); const bytes = new Uint8Array([1, 2]); bytes.set([3]);
class Bytes extends Uint8Array {}
console.log(String(new Mine()), String(new Oops()), String(point), point + 1, String(new (Old as any)()), [...map].length, bytes instanceof Uint8Array, new Bytes(4).subarray(1).length, Uint8Array.from([1]).length);
console.log([3, 1].sort(), 'a-b'.split('-'), JSON.stringify({ a: 1 }), await Promise.all([1, 2]), structuredClone({ b: 2 }), new TextEncoder().encode('é').length);
export {};`,
  );
  expect(result.error).toBe('');
  expect(result.log).toEqual([
    'mine Oops: y point 8 old 1 true 3 1',
    '[1, 3] ["a", "b"] {"a":1} [1, 2] { b: 2 } 2',
  ]);
});

const start = `import { Driver, Meter, runDriver } from 'two-checkboxes';\nimport * as lab from 'two-checkboxes';\n`;
const honest = `\nexport class MyDriver extends Driver {}\n`;

test('an exercise: the start is not enough, the solution is', async () => {
  const first = await check(page);
  expect(first.expectations, first.error).toEqual([
    { name: 'One count a step', passed: false, wanted: '10', seen: '20' },
  ]);
  const solved = await check(
    page,
    `${start}export class MyDriver extends Driver { override step(m: Meter) { m.add(); } }`,
  );
  expect(solved.expectations[0]?.passed).toBe(true);
});

/** Passing by anything but the work: each must leave the expectation unmet, or fail to run. */
for (const [name, code] of [
  [
    'a forged message by postMessage',
    `(globalThis as any).postMessage?.({ type: 'done', evidence: { count: 10 } });`,
  ],
  [
    'a forged message through every event target',
    `for (const k of ['postMessage', 'dispatchEvent']) try { (globalThis as any)[k]({ type: 'done' }); } catch {}`,
  ],
  [
    'catching the port in a patched prototype',
    `try { (MessagePort as any).prototype.postMessage = function (m: any) { m.evidence = { count: 10 }; }; } catch {}`,
  ],
  [
    'a patched Object.prototype',
    `try { Object.defineProperty(Object.prototype, 'count', { get: () => 10 }); } catch {}`,
  ],
  [
    'a setter on Object.prototype',
    `try { Object.defineProperty(Object.prototype, 'evidence', { set() {}, get: () => ({ count: 10 }) }); } catch {}`,
  ],
  [
    'a patched Promise',
    `try { (Promise.prototype as any).then = function (f: any) { f({ count: 10 }); }; } catch {}`,
  ],
  [
    'a replaced global',
    `try { (globalThis as any).structuredClone = () => ({ count: 10 }); } catch {}`,
  ],
  ['a patched machine class', `try { Meter.prototype.add = function () {}; } catch {}`],
  [
    'a redefined machine class member',
    `try { Object.defineProperty(Meter.prototype, 'count', { get: () => 10 }); } catch {}`,
  ],
  [
    'a replaced lab function',
    `for (const o of [lab, (lab as any).default]) for (const value of [() => 10]) { Reflect.set(o, 'runDriver', value); Reflect.defineProperty(o, 'runDriver', { value }); }`,
  ],
  ['a call of the harness by name', `try { (0, eval)('__finish')({}); } catch {}`],
  [
    'a patched iterator',
    `try { ([][Symbol.iterator]() as any).__proto__.next = () => ({ done: true, value: 10 }); } catch {}`,
  ],
  ['a patched Function.prototype.call', `try { Function.prototype.call = () => 10; } catch {}`],
] as const) {
  test(`cannot pass by ${name}`, async () => {
    const result = await check(page, `${start}${code}${honest}`);
    expect(
      result.expectations.every(({ passed }) => passed) && result.expectations.length > 0,
    ).toBe(false);
    expect(result.error).toBe('');
  });
}

test('cannot pass by taking the measuring function away', async () => {
  const result = await check(
    page,
    `declare const __finish: (x: unknown) => void;\n__finish({ measure: () => ({ count: 10 }), judge: () => [{ name: 'x', passed: true, wanted: '', seen: '' }] });${honest}`,
  );
  expect(result.expectations.some(({ passed }) => passed)).toBe(false);
});
