import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { expect, type Page, test } from '@playwright/test';
import type { Api } from '../runner/fixtures/page.ts';
import { type Rig, runText, sandboxFrame, startRig } from '../runner/rig.ts';

/**
 * The second line: what the frame and its policy hold if the lock of the realm had failed. The code here runs in
 * the frame's thread, or in a worker there that nobody has locked, where no reader's code ever is.
 */

test.describe.configure({ mode: 'default' });

let rig: Rig;
let page: Page;
/** A server elsewhere, how often somebody has called it, and how often with something to say. */
let elsewhere: Server;
let calls = 0;
let requests = 0;
test.beforeAll(async ({ browser }) => {
  rig = await startRig();
  elsewhere = createServer((socket) => {
    calls += 1;
    socket.once('data', () => {
      requests += 1;
      socket.destroy();
    });
    socket.once('error', () => {});
  });
  await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done));
  page = await browser.newPage();
  await page.goto(rig.url);
});
test.afterAll(async () => {
  await page.close();
  await rig.close();
  elsewhere.close();
});
test.beforeEach(async () => {
  await page.evaluate(() => (window as unknown as { api: Api }).api.warm());
});

const address = (): string => `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;

/** Runs code in a bare worker of the frame; says what came back, or that it was refused. */
async function inBareWorker(body: string): Promise<string> {
  const frame = await sandboxFrame(page);
  const script = `(async () => { ${body} })().then((v) => postMessage('got ' + v), (e) => postMessage('refused ' + e))`;
  return frame.evaluate(
    (script) =>
      new Promise<string>((resolve) => {
        const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
        const worker = new Worker(url);
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => resolve(`refused ${event.message}`);
        setTimeout(() => resolve('refused: nothing came'), 5_000);
      }),
    script,
  );
}

test('a bare worker runs here: what is refused below is refused, and not broken', async () => {
  expect(await inBareWorker('return 6 * 7')).toBe('got 42');
});

for (const [name, body] of [
  ['fetch, of another site', `return (await fetch('http://ELSEWHERE/')).status`],
  ['fetch, of this site', `return (await fetch('SITE/stray-bare')).status`],
  [
    'XMLHttpRequest',
    `const x = new XMLHttpRequest(); x.open('GET', 'http://ELSEWHERE/', false); x.send(); return x.status`,
  ],
  [
    'WebSocket',
    `const s = new WebSocket('ws://ELSEWHERE/'); return new Promise((done, fail) => { s.onopen = () => done('open'); s.onerror = () => fail('error'); })`,
  ],
  [
    'EventSource',
    `const s = new EventSource('http://ELSEWHERE/'); return new Promise((done, fail) => { s.onopen = () => done('open'); s.onerror = () => fail('error'); })`,
  ],
  ['WebTransport', `await new WebTransport('https://ELSEWHERE/').ready; return 'ready'`],
  ['WebRTC', `new RTCPeerConnection(); return 'made'`],
  ['importScripts', `importScripts('http://ELSEWHERE/x.js'); return 'loaded'`],
  ['import() of an address', `await import('http://ELSEWHERE/x.js'); return 'loaded'`],
  ['import() of data', `await import('data:text/javascript,1'); return 'loaded'`],
  [
    'a worker by address',
    `const w = new Worker('SITE/stray-worker.js'); return new Promise((done, fail) => { w.onmessage = done; w.onerror = () => fail('error'); })`,
  ],
  ['eval', `return eval('1')`],
  [
    'IndexedDB',
    `return new Promise((done, fail) => { const r = indexedDB.open('x'); r.onsuccess = () => done('open'); r.onerror = () => fail(r.error); })`,
  ],
  ['caches', `await caches.open('x'); return 'open'`],
  ['OPFS', `await navigator.storage.getDirectory(); return 'open'`],
  ['locks', `return navigator.locks.request('two', () => 'held')`],
] as const)
  test(`refuses ${name}`, async () => {
    const [strays, before] = [rig.strays.length, calls];
    const told = await inBareWorker(
      body.replaceAll('ELSEWHERE', address()).replaceAll('SITE', new URL(rig.url).origin),
    );
    expect(told).toMatch(/^refused/);
    expect(rig.strays.slice(strays)).toEqual([]);
    expect(calls).toBe(before);
  });

test('a worker inside a worker has the same policy', async () => {
  const before = calls;
  const told = await inBareWorker(`
    const inner = "fetch('http://${address()}/').then(() => postMessage('got'), () => postMessage('refused'))";
    const w = new Worker(URL.createObjectURL(new Blob([inner])));
    return new Promise((done) => { w.onmessage = ({ data }) => done(data); });`);
  expect(told).toBe('got refused');
  expect(calls).toBe(before);
});

test('a channel of the site’s name is another one here', async () => {
  await page.evaluate(() => {
    const heard: unknown[] = [];
    Object.assign(window, { heard, channel: new BroadcastChannel('site') });
    const { channel } = window as unknown as { channel: BroadcastChannel };
    channel.onmessage = ({ data }) => heard.push(data);
  });
  await inBareWorker(`new BroadcastChannel('site').postMessage('from the frame'); return 1`);
  // The site's own other end is heard, so there was time for the frame's.
  await page.evaluate(() => new BroadcastChannel('site').postMessage('from the site'));
  const heard = () => page.evaluate(() => (window as unknown as { heard: unknown[] }).heard);
  await expect.poll(heard).toContain('from the site');
  expect(await heard()).toEqual(['from the site']);
});

for (const [name, target] of [
  ['to a document of its own', 'data:text/html,<script>parent.postMessage({nonce:1},"*")</script>'],
  ['to this site', 'SITE/any/path/'],
  ['to another site', 'http://ELSEWHERE/'],
  ['to nothing', 'about:blank'],
] as const)
  test(`a frame that navigates itself ${name} is closed, and the next run has another`, async () => {
    const [strays, before] = [rig.strays.length, requests];
    const running = runText(
      page,
      `console.log('began'); await new Promise((r) => setTimeout(r, 3_000)); export {};`,
    );
    const log = () =>
      page.evaluate(() => (window as unknown as { api: Api }).api.latest?.log ?? []);
    await expect.poll(log).toEqual(['began']);
    // The run's frame, and a spare one if there is one.
    for (const element of await page.locator('iframe').elementHandles())
      await (await element.contentFrame())?.evaluate(
        (target) => {
          setTimeout(() => {
            location.href = target;
          });
        },
        target.replaceAll('SITE', new URL(rig.url).origin).replaceAll('ELSEWHERE', address()),
      );
    const result = await running;
    expect(result.outcome).toBe('failed');
    expect(result.error).toMatch(/was replaced and has been closed|ended without a result/);
    // Chromium may open a connection before it looks at the policy; it sends nothing over it.
    expect(requests).toBe(before);
    expect(rig.strays.slice(strays)).toEqual([]);
    expect((await runText(page)).outcome).toBe('done');
  });
