import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, expect, type Page, test } from '@playwright/test';
import { CHROMIUM_ARGS, requireChromium } from '../../scripts/chromium.ts';
import { type Served, serve } from './serve.ts';

/**
 * Kills the tab, or the whole browser, while a reader types, and opens the lesson again: of what they typed at
 * most the last second is lost, and of everything else nothing.
 */

const LOST_MS = 1_000;
const SEED = 7;

/** Where the lanes type, each in a lesson of its own: a kill takes every tab at once. */
const LANES = [
  ['01-the-ledger', 'cell-compare'],
  ['01-the-ledger', 'exercise-batch'],
  ['02-the-parent-owns-the-device', 'exercise-policy'],
  ['03-a-chip-made-of-software', 'exercise-cheaper-probe'],
  ['09-five-to-seven-what', 'exercise-what-a-core-carries'],
] as const;

/** What a sheet held, and when the page had surely come to that; never, for one that was under way. */
interface State {
  text: string;
  reached: number;
}

/** Numbers from 0 to 1, the same for each seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Chromium {
  readonly process: ChildProcess;
  readonly context: BrowserContext;
  #renderers: () => Promise<number[]>;

  private constructor(
    child: ChildProcess,
    context: BrowserContext,
    renderers: () => Promise<number[]>,
  ) {
    this.process = child;
    this.context = context;
    this.#renderers = renderers;
  }

  /** Started by hand, since only then its processes can be killed behind the driver's back. */
  static async start(profile: string, more: string[] = []): Promise<Chromium> {
    const switches = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
    const child = spawn(
      requireChromium(),
      [...switches, ...CHROMIUM_ARGS, ...more, 'about:blank'],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const endpoint = await new Promise<string>((resolve) => {
      let said = '';
      child.stderr?.on('data', (part) => {
        said += part;
        const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
        if (found) resolve(found);
      });
    });
    const browser = await chromium.connectOverCDP(endpoint);
    const session = await browser.newBrowserCDPSession();
    const renderers = async () => {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    };
    const [context] = browser.contexts();
    // Nothing runs here: a lab in each of a hundred tabs would only take the processor's time.
    await context!.route(/\/sandbox\/.*\.js$/, (route) => route.abort());
    return new Chromium(child, context!, renderers);
  }

  /** Every renderer dies by SIGKILL; the browser stays. */
  async killTabs(): Promise<number> {
    const ids = await this.#renderers();
    const crashed = this.context.pages().map((page) => page.waitForEvent('crash'));
    const at = Date.now();
    for (const id of ids) process.kill(id, 'SIGKILL');
    await Promise.all(crashed);
    await Promise.all(this.context.pages().map((page) => page.close()));
    return at;
  }

  async kill(): Promise<number> {
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    const at = Date.now();
    this.process.kill('SIGKILL');
    await gone;
    return at;
  }
}

/** A tab of the lesson; a renderer in reserve may have died too, so a second try is fair. */
async function openLesson(context: BrowserContext, url: string): Promise<Page> {
  for (let left = 4; ; left--) {
    try {
      const page = await context.newPage();
      await page.goto(url);
      return page;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/**
 * Types, pastes, deletes and pauses at the head of the text until the tab dies. Notes every state before the
 * page gets to it, each made by one event, so that whatever is found later is one of them.
 */
async function edit(page: Page, id: string, random: () => number, states: State[]): Promise<void> {
  const sheet = page.locator(`#${id}`);
  await sheet.locator('.cell-edit').click();
  const area = sheet
    .locator('.editor-plain, .monaco-editor textarea, .native-edit-context')
    .first();
  await area.focus();
  await page.keyboard.press('Control+Home');
  let typed = '';
  const rest = states[0]!.text;
  for (;;) {
    const act = random();
    if (act < 0.15) {
      await new Promise((resolve) => setTimeout(resolve, random() * 250));
      continue;
    }
    const deletes = act < 0.35 && typed.length > 0;
    const word = act < 0.7 ? 'x' : `// pasted ${Math.floor(random() * 1e6)}\n`;
    typed = deletes ? typed.slice(0, -1) : typed + word;
    const state: State = { text: (typed + rest).trim(), reached: Number.POSITIVE_INFINITY };
    states.push(state);
    await (deletes ? page.keyboard.press('Backspace') : page.keyboard.insertText(word));
    state.reached = Date.now();
  }
}

/** The text that the lesson shows when it is opened. */
async function shown(page: Page, id: string): Promise<string> {
  return (await page.locator(`#${id} .cell-code code`).textContent())?.trim() ?? '';
}

const COARSE = '--blink-settings=primaryPointerType=2,availablePointerTypes=2';

let served: Served;
let profile: string;
test.beforeAll(async () => {
  served = await serve('/');
});
test.beforeEach(() => {
  profile = mkdtempSync(join(tmpdir(), 'two-checkboxes-'));
});
test.afterEach(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
test.afterAll(() => served.close());

interface Lane {
  page: Page;
  id: string;
  states: State[];
}

const openLanes = (browser: Chromium): Promise<Lane[]> =>
  Promise.all(
    LANES.map(async ([lesson, id]) => {
      const page = await openLesson(browser.context, `${served.url}lessons/${lesson}/`);
      return { page, id, states: [{ text: await shown(page, id), reached: 0 }] };
    }),
  );

/** One sequence on every lane, until `kill` ends them all at a random moment; answers when that was. */
async function round(lanes: Lane[], random: () => number, kill: () => Promise<number>) {
  const ends = lanes.map(({ page, id, states }) =>
    edit(page, id, seeded(random() * 2 ** 32), states).catch(() => {}),
  );
  await Promise.all(lanes.map(({ states }) => expect.poll(() => states.length).toBeGreaterThan(1)));
  await new Promise((resolve) => setTimeout(resolve, 100 + random() * 1_300));
  const at = await kill();
  await Promise.all(ends);
  return at;
}

/** Compares what the lessons show, opened again, with what was typed: milliseconds lost on each lane. */
async function inspect(lanes: Lane[], before: Lane[], at: number): Promise<number[]> {
  return Promise.all(
    lanes.map(async ({ page, id, states }, lane) => {
      const typed = before[lane]!.states;
      const lost = async (): Promise<number> => {
        const text = await shown(page, id);
        const kept = typed.findLastIndex((state) => state.text === text);
        return kept < 0 ? Number.POSITIVE_INFINITY : at - (typed[kept + 1]?.reached ?? at);
      };
      const message = `${id}: milliseconds lost`;
      await expect.poll(lost, { message, timeout: 10_000 }).toBeLessThan(LOST_MS);
      states[0]!.text = await shown(page, id);
      return lost();
    }),
  );
}

/** Work beside the lanes, which no kill may touch. */
async function leaveTraces(browser: Chromium): Promise<Record<string, string | null>> {
  const page = await openLesson(browser.context, `${served.url}lessons/05-a-bus-made-of-memory/`);
  await page.locator('.exercise-hint').first().click();
  await page.locator('two-exercise .cell-edit').first().click();
  await page.locator('.editor-plain').first().pressSequentially('// mine');
  await page.waitForTimeout(400);
  await page.close();
  return traces(browser);
}

async function traces(browser: Chromium): Promise<Record<string, string | null>> {
  const page = await openLesson(browser.context, `${served.url}lessons/05-a-bus-made-of-memory/`);
  const kept = await page.evaluate(() =>
    Object.fromEntries(
      Object.keys(localStorage)
        .filter((key) => key.includes('05-a-bus'))
        .map((key) => [key, localStorage.getItem(key)]),
    ),
  );
  await page.close();
  return kept;
}

test('fifty killed tabs lose at most the last second of typing, and nothing else', async () => {
  test.setTimeout(180_000);
  const random = seeded(SEED);
  const browser = await Chromium.start(profile, [COARSE]);
  const aside = await leaveTraces(browser);
  expect(Object.keys(aside).length).toBeGreaterThan(0);
  const lost: number[] = [];
  let lanes = await openLanes(browser);
  while (lost.length < 50) {
    const at = await round(lanes, random, () => browser.killTabs());
    const again = await openLanes(browser);
    lost.push(...(await inspect(again, lanes, at)));
    lanes = again;
  }
  console.log(`lost after a killed tab, ms: most ${Math.max(...lost)}, of ${lost.length}`);
  expect(await traces(browser)).toEqual(aside);
  await browser.kill();
});

test('a killed browser loses no more than a killed tab', async () => {
  test.setTimeout(120_000);
  const random = seeded(SEED + 1);
  let browser = await Chromium.start(profile, [COARSE]);
  const aside = await leaveTraces(browser);
  const lost: number[] = [];
  for (let done = 0; done < 3; done++) {
    const lanes = await openLanes(browser);
    const at = await round(lanes, random, () => browser.kill());
    browser = await Chromium.start(profile, [COARSE]);
    const again = await openLanes(browser);
    lost.push(...(await inspect(again, lanes, at)));
    for (const { page } of again) await page.close();
  }
  console.log(`lost after a killed browser, ms: most ${Math.max(...lost)}, of ${lost.length}`);
  expect(await traces(browser)).toEqual(aside);
  await browser.kill();
});
