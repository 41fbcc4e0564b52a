import { expect, type Page, test } from '@playwright/test';
import type { Api } from '../runner/fixtures/page.ts';
import { type Rig, runText, startRig } from '../runner/rig.ts';

/** Messages that no run has sent: from other windows, with a nonce that they should not have, and too many. */

test.describe.configure({ mode: 'default' });

let rig: Rig;
let page: Page;
test.beforeAll(async () => {
  rig = await startRig();
});
test.beforeEach(async ({ browser }) => {
  page = await browser.newPage();
  await page.goto(rig.url);
});
test.afterEach(() => page.close());
test.afterAll(() => rig.close());

/** A run that takes long enough for others to speak; prints one line. */
const SLOW = `console.log('began'); await new Promise((r) => setTimeout(r, 1_500)); console.log('mine'); export {};`;
const LOG = ['began', 'mine'];

/** Waits until the run goes on, and gives the nonces of all frames there are then. */
async function noncesOfRun(): Promise<string[]> {
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { api: Api }).api.latest?.log))
    .toEqual(['began']);
  const nonces = await page
    .locator('iframe')
    .evaluateAll((frames) => frames.map((frame) => (frame as HTMLIFrameElement).name));
  expect(nonces.length).toBeGreaterThan(0);
  expect(nonces.every((nonce) => nonce.length > 20)).toBe(true);
  return nonces;
}

/** A window that this page has opened, which knows it by its opener. */
async function openOther(): Promise<Page> {
  const opened = page.context().waitForEvent('page');
  await page.evaluate((url) => void window.open(url), rig.url);
  return opened;
}

/** Everything a worker or a frame says, said by somebody else. */
const FORGED = [
  { type: 'ready' },
  { type: 'log', lines: [{ level: 'log', text: 'forged' }] },
  { type: 'report', report: { kind: 'text', text: 'forged' } },
  { type: 'done', evidence: 10, expectations: [{ name: 'x', passed: true, wanted: '', seen: '' }] },
  { failed: 'forged' },
  { answer: true },
  {},
];

test('from another window, with the right nonce, they count for nothing', async () => {
  const other = await openOther();
  const running = runText(page, SLOW);
  const nonces = await noncesOfRun();
  await other.evaluate(
    ({ nonces, forged }) => {
      for (const nonce of nonces)
        for (const message of forged) window.opener.postMessage({ ...message, nonce }, '*');
    },
    { nonces, forged: FORGED },
  );
  const result = await running;
  expect(result).toMatchObject({ outcome: 'done', error: '', log: LOG, reports: [] });
  expect(result.expectations).toEqual([]);
});

test('from another window to the frame: it neither answers nor starts a script', async () => {
  const other = await openOther();
  await page.evaluate(() => {
    const heard: unknown[] = [];
    Object.assign(window, { heard });
    addEventListener('message', ({ data }) => heard.push(data));
  });
  const running = runText(page, SLOW);
  const nonces = await noncesOfRun();
  const asked = await other.evaluate((nonces) => {
    const { frames } = window.opener;
    for (let i = 0; i < frames.length; i++)
      for (const nonce of nonces) {
        for (let n = 0; n < 50; n++) frames[i].postMessage({ nonce, ask: true }, '*');
        frames[i].postMessage({ nonce, script: 'postMessage(1)' }, '*', [
          new MessageChannel().port1,
        ]);
      }
    return frames.length;
  }, nonces);
  expect(asked).toBeGreaterThan(0);
  expect((await running).log).toEqual(LOG);
  // One answer for each question of the page itself: it asks every half second or so.
  const answers = await page.evaluate(
    () =>
      (window as unknown as { heard: { answer?: true }[] }).heard.filter(({ answer }) => answer)
        .length,
  );
  expect(answers).toBeLessThan(20);
});

test('a hundred thousand of them leave the page and its run in order', async () => {
  const other = await openOther();
  const running = runText(page, SLOW);
  await other.evaluate(() => {
    for (let i = 0; i < 100_000; i++) window.opener.postMessage({ type: 'done', nonce: i }, '*');
  });
  expect(await running).toMatchObject({ outcome: 'done', error: '', log: LOG });
});

for (const [name, message] of [
  ['nothing', 'null'],
  [
    'deep data',
    `(() => { let deep = {}; for (let i = 0; i < 5_000; i++) deep = { deep }; return deep; })()`,
  ],
  ['much data', `{ nonce: 'x', text: 'x'.repeat(2e7) }`],
  ['own __proto__', `JSON.parse('{"__proto__":{"nonce":"x","answer":true},"constructor":1}')`],
] as const)
  test(`odd ones do no harm: ${name}`, async () => {
    const other = await openOther();
    const running = runText(page, SLOW);
    await other.evaluate((code) => {
      const make = document.createElement('script');
      make.src = URL.createObjectURL(
        new Blob([`for (let i = 0; i < 20; i++) window.opener.postMessage(${code}, '*')`]),
      );
      document.head.append(make);
    }, message);
    expect(await running).toMatchObject({ outcome: 'done', error: '', log: LOG });
    expect(await page.evaluate(() => 'answer' in {})).toBe(false);
  });
