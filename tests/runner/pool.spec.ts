import { type CDPSession, expect, type Page, test } from '@playwright/test';
import { type Rig, runText, startRig } from './rig.ts';

/**
 * Workers inside a run's worker. A task of the stand-in lab is code that runs in one of them, as an edited
 * machine's does: what it may not do is tried there, and from the run's own worker.
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

/** A cell that gives `codes` to the pool and prints what came back, or what was thrown. */
const cell = (codes: string[], more = ''): string => `
import * as lab from 'two-checkboxes';
const tell = (said: unknown) => console.log(JSON.stringify(said) ?? 'undefined');
${more}
await lab.parallel(${JSON.stringify(codes)}).then(tell, (error) => tell(String(error)));
export {};
`;

async function answers(codes: string[], more = ''): Promise<unknown> {
  const result = await runText(page, cell(codes, more));
  expect(result.error).toBe('');
  return JSON.parse(result.log.at(-1) ?? 'null');
}

test('tasks are done in several workers, and answered in their order', async () => {
  const busy = (n: number) => `
    globalThis.mine ??= Math.random();
    const end = performance.now() + 60; while (performance.now() < end);
    return [${n}, globalThis.mine];`;
  const found = (await answers(Array.from({ length: 8 }, (_, n) => busy(n)))) as [number, number][];
  expect(found.map(([n]) => n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  const workers = new Set(found.map(([, mine]) => mine)).size;
  expect(workers).toBeGreaterThan(cores > 1 ? 1 : 0);
  expect(workers).toBeLessThanOrEqual(Math.min(cores, 16));
});

test('an error of a task has its name, words and stack; the next task is done', async () => {
  const result = await runText(
    page,
    cell([
      `return 1`,
      `class UsageError extends Error {}; const e = new UsageError('no'); e.name = 'UsageError'; throw e`,
    ]),
  );
  expect(JSON.parse(result.log.at(-1) ?? '')).toBe('UsageError: no');
  const left = await answers([
    `Promise.reject(new Error('left')); await new Promise((r) => setTimeout(r, 50)); return 2`,
  ]);
  expect(left).toBe('Error: left');
  expect(await answers(['return () => 1'])).toMatch(/DataCloneError|could not be cloned/);
  expect(await answers(['return 3'])).toEqual([3]);
});

test('what a task prints comes out with the rest', async () => {
  const result = await runText(page, cell([`console.log('inside', { a: 1 }); return 1`]));
  expect(result.log).toContain('inside { a: 1 }');
  const endless = await runText(page, cell([`for (;;) console.log('again')`]));
  expect(endless.error).toMatch(/more than 1,000 lines/);
});

for (const [name, code] of [
  ['a worker of its own', `return new Worker('data:text/javascript,1')`],
  [
    'a worker through the constructors there are',
    `return performance.constructor.constructor('return new Worker("data:,")')()`,
  ],
  ['a shared worker', `return new SharedWorker('data:text/javascript,1')`],
  ['a channel', `return new MessageChannel().port1`],
  ['the message that brought the port', `addEventListener('message', () => {}); return 1`],
  ['its own port', `postMessage({ type: 'result', id: 1, result: 'forged' }); return 1`],
  ['the network', `return (await fetch('/stray-member')).status`],
  ['another script', `importScripts('/stray-member.js'); return 1`],
  ['an address for a script', `return URL.createObjectURL(new Blob(['1']))`],
  ['the end of its worker', `close(); return 1`],
  ['a changed intrinsic', `Array.prototype.shift = () => 'forged'; return 1`],
  ['a changed promise', `Promise.prototype.then = (f) => f('forged'); return 1`],
] as const) {
  test(`a task cannot reach ${name}`, async () => {
    const before = rig.strays.length;
    expect(await answers([code])).toMatch(/ReferenceError|TypeError|SyntaxError|EvalError/);
    expect(rig.strays.slice(before)).toEqual([]);
  });
}

test('neither a cell nor a task finds the worker constructor, by any name or prototype', async () => {
  const search = `
    const names = ['Worker', 'SharedWorker', 'MessageChannel', 'MessagePort', 'Blob', 'navigator', 'postMessage', 'onmessage'];
    const found = [];
    const seen = new Set();
    const look = (value, path) => {
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
      seen.add(value);
      if (names.includes(typeof value === 'function' ? value.name : '')) found.push(path);
      for (const key of Reflect.ownKeys(value)) {
        const d = Reflect.getOwnPropertyDescriptor(value, key);
        for (const next of [d.value, d.get, d.set]) look(next, path + '.' + String(key));
      }
      look(Reflect.getPrototypeOf(value), path + '.__proto__');
    };`;
  const inTask = `${search} look(globalThis, 'globalThis'); return [found, seen.size > 500];`;
  expect(await answers([inTask])).toEqual([[[], true]]);
  const result = await runText(
    page,
    `import * as lab from 'two-checkboxes';
const g: any = globalThis;
${search
  .replaceAll('const found', 'const found: string[]')
  .replace('(value, path)', '(value: any, path: string): void')
  .replace(
    'Reflect.getOwnPropertyDescriptor(value, key);',
    'Reflect.getOwnPropertyDescriptor(value, key) as any;',
  )}
look(g, 'globalThis'); look(lab, 'lab'); look(lab.pool(), 'pool');
console.log(JSON.stringify([found, seen.size > 500]));`,
  );
  expect(JSON.parse(result.log[0] ?? 'null'), result.error).toEqual([[], true]);
});

test('what the lab holds of the pool is one frozen function for plain data', async () => {
  const tried = await answers(
    ['return 1'],
    `const pool: any = lab.pool();
     tell([Object.keys(pool), Object.isFrozen(pool), Object.isFrozen(pool.run), Reflect.set(pool, 'run', () => 1)]);
     await pool.run(() => 1).then(tell, (error: unknown) => tell(String(error).slice(0, 14)));`,
  );
  expect(tried).toEqual([1]);
  const { log } = await runText(
    page,
    cell(
      [],
      `const pool: any = lab.pool();
       tell([Object.keys(pool), Object.isFrozen(pool), Object.isFrozen(pool.run), Reflect.set(pool, 'run', () => 1)]);
       await pool.run(() => 1).then(tell, (error: unknown) => tell(String(error).slice(0, 14)));`,
    ),
  );
  expect(log.map((line) => JSON.parse(line)).slice(0, 2)).toEqual([
    [['size', 'run'], true, true, false],
    'DataCloneError',
  ]);
});

test('an answer belongs to one task of one run: nothing that a task leaves behind answers another', async () => {
  // Many names for the way out, tried now and later, while other tasks and another run are being done.
  const forge = `
    const forged = (id) => ({ type: 'result', id, result: 'forged' });
    const tryAll = () => {
      for (const name of ['postMessage', 'onmessage', 'dispatchEvent', 'port', 'MessagePort', 'BroadcastChannel'])
        for (let id = 0; id < 20; id++) {
          try { globalThis[name](forged(id)); } catch {}
          try { new globalThis[name]('site').postMessage(forged(id)); } catch {}
        }
    };
    tryAll();
    setInterval(tryAll, 1);
    return 'done';`;
  const later = `await new Promise((r) => setTimeout(r, 30)); return 'honest';`;
  const first = runText(page, cell([forge, forge, ...Array.from({ length: 12 }, () => later)]));
  const second = answersOn(
    page,
    Array.from({ length: 12 }, () => later),
  );
  const [hostile, honest] = await Promise.all([first, second]);
  expect(JSON.parse(hostile.log.at(-1) ?? 'null')).toEqual([
    'done',
    'done',
    ...Array.from({ length: 12 }, () => 'honest'),
  ]);
  expect(honest).toEqual(Array.from({ length: 12 }, () => 'honest'));
});

async function answersOn(on: Page, codes: string[]): Promise<unknown> {
  const { log } = await runText(on, cell(codes));
  return JSON.parse(log.at(-1) ?? 'null');
}

/**
 * Workers of sandboxed frames that the browser has, those inside workers among them. The page's own worker,
 * which compiles edited text, is none of them: it starts from the site's address, they from a blob of an
 * opaque origin.
 */
async function workers(session: CDPSession): Promise<number> {
  const { targetInfos } = await session.send('Target.getTargets', { filter: [{}] });
  return targetInfos.filter(({ type, url }) => type === 'worker' && url.startsWith('blob:null/'))
    .length;
}

for (const [how, end] of [
  ['Stop', { stopAfter: 2_500 }],
  ['the time limit', {}],
] as const) {
  test(`${how} ends every worker of the pool, also one in an endless loop`, async ({ browser }) => {
    const session = await browser.newBrowserCDPSession();
    const running = runText(page, cell(Array.from({ length: 20 }, () => 'for (;;);')), end);
    const cores = await page.evaluate(() => navigator.hardwareConcurrency);
    if (cores > 1) await expect.poll(() => workers(session), { timeout: 4_000 }).toBeGreaterThan(2);
    const result = await running;
    expect(result.outcome).toBe(how === 'Stop' ? 'stopped' : 'failed');
    // A spare frame with one worker waits for the next run.
    await expect.poll(() => workers(session)).toBeLessThanOrEqual(1);
    expect(await answers(['return 4'])).toEqual([4]);
    await session.detach();
  });
}

test('points that come give a run more time, but not without an end', async () => {
  const point = (ms: number, times: number): string => `
import { progress } from 'two-checkboxes';
const run: any = { deliveredFrames: 1, deliveredBytes: 1, deliveredSha256: '', traceHash: '', throughputGbps: 1, framesPerSecond: 1, lossRate: 0, latencyUs: { p50: 1, p99: 1, p999: 1 }, latencyHistogram: [], resources: [], cyclesPerByte: 1, cyclesPerFrame: 1, perFrame: { exits: 0, ioExits: 0, deviceAccesses: 0, hypercalls: 0, copies: 0, copiedBytes: 0, interrupts: 0, contextSwitches: 0, events: 0 }, exitsBy: {}, cores: { guest: 1, hypervisor: 0, rootKernel: 0, rootUser: 0 }, limitedBy: 'link', faults: 0 };
for (let i = 0; i < ${times}; i++) {
  await new Promise((r) => setTimeout(r, ${ms}));
  progress({ id: 1, point: { value: i, path: 'vmbus', run } });
}`;
  const long = await runText(page, point(2_000, 3));
  expect(long.error).toBe('');
  expect(long.progress).toHaveLength(3);
  expect(long.ms).toBeGreaterThan(5_500);
  const endless = await runText(page, point(1_000, 1e6));
  expect(endless.error).toMatch(/more than 8 s/);
  expect(endless.progress.length).toBeGreaterThan(4);
});

test('points of a sweep reach the page as they come, and only in their shape', async () => {
  const bad = await runText(
    page,
    `import { progress } from 'two-checkboxes'; progress({ id: 1, point: { value: '<b>', path: 'nowhere' } });`,
  );
  expect(bad.progress).toEqual([]);
  expect(bad.error).toMatch(/cannot be shown/);
  const many = await runText(
    page,
    `import { progress } from 'two-checkboxes'; for (;;) progress({ id: 1 });`,
  );
  expect(many.error).toMatch(/more than 2,000 points/);
});
