import { readFileSync } from 'node:fs';
import puppeteer, { type Browser, type ElementHandle, type Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { findFirefox } from '../../scripts/firefox.ts';
import { type Served, serve } from '../site/serve.ts';

let served: Served;
let browser: Browser;
let page: Page;
let errors: string[];

beforeAll(async () => {
  served = await serve('/');
  browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: findFirefox(),
    headless: true,
  });
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

beforeEach(async () => {
  page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  errors = [];
  page.on('pageerror', (error) => errors.push((error as Error).message));
});
afterEach(async () => {
  await page.evaluate(() => localStorage.clear());
  await page.close();
});

const lesson = (name: string) => page.goto(`${served.url}lessons/${name}/`);

async function part(selector: string): Promise<ElementHandle<HTMLElement>> {
  const found = await page.waitForSelector(selector, { visible: true, timeout: 60_000 });
  if (!found) throw new Error(`there is no ${selector}`);
  return found as ElementHandle<HTMLElement>;
}

async function press(selector: string): Promise<void> {
  const button = await part(selector);
  await button.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  await button.click();
}

const state = (selector: string, wanted: string) =>
  page.waitForSelector(`${selector}[data-state="${wanted}"]`, { timeout: 90_000 });

const words = (selector: string) => page.$eval(selector, (element) => element.textContent ?? '');

/** Waits until `selector` shows `text`: what draws a first result may come after it. */
const shows = (selector: string, text: string) =>
  page.waitForFunction(
    (where, what) => document.querySelector(where)?.textContent?.includes(what),
    { timeout: 60_000 },
    selector,
    text,
  );

/** Replaces all text of the Monaco in `selector`, key by key. */
async function type(selector: string, text: string): Promise<void> {
  const editor = await part(`${selector} .monaco-editor .view-lines`);
  await editor.click();
  await page.keyboard.down('Control');
  await page.keyboard.press('a');
  await page.keyboard.up('Control');
  await page.keyboard.press('Delete');
  await page.keyboard.type(text);
}

/** Replaces all text of the plain editor in `selector` at once, as a paste does. */
async function paste(selector: string, text: string): Promise<void> {
  const area = await part(`${selector} textarea.editor-plain`);
  await area.focus();
  await area.evaluate((element, value) => {
    (element as HTMLTextAreaElement).value = value;
    element.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }));
  }, text);
}

/** What a phone tells a page about its pointer. */
const beTouched = () =>
  page.evaluateOnNewDocument(() => {
    const asked = window.matchMedia.bind(window);
    window.matchMedia = (query) => asked(query.replace('(pointer: coarse)', 'all'));
  });

test('a cell runs, and its result can be copied', async () => {
  await lesson('01-the-ledger');
  await press('#cell-compare .cell-run');
  await state('#cell-compare', 'done');
  await shows('#cell-compare .report', 'Throughput');
  await press('#cell-compare .figure-tools button');
  await page.waitForFunction(
    () => document.querySelector('#cell-compare .figure-said')?.textContent !== '',
  );
  expect(await words('#cell-compare .figure-said')).toBe('Copied the table as CSV.');
  expect(errors).toEqual([]);
});

test('a knob runs the cell again', async () => {
  await lesson('01-the-ledger');
  await press('#cell-compare .cell-run');
  await state('#cell-compare', 'done');
  const before = await words('#cell-compare .cell-results');
  const slider = await part('#cell-compare .knob-slider');
  await slider.focus();
  await page.keyboard.press('Home');
  await page.waitForFunction(
    (old) => document.querySelector('#cell-compare .cell-results')?.textContent !== old,
    { timeout: 60_000 },
    before,
  );
  expect(errors).toEqual([]);
});

test('Monaco opens, and what is written in it runs', async () => {
  await lesson('01-the-ledger');
  await press('#cell-compare .cell-edit');
  await type('#cell-compare', "export default 'written in Firefox';");
  await press('#cell-compare .cell-run');
  await state('#cell-compare', 'done');
  await shows('#cell-compare .cell-results', 'written in Firefox');
  expect(errors).toEqual([]);
});

test('the plain editor opens on a touch screen; a loop without end stops, and the text stays', async () => {
  await beTouched();
  await lesson('01-the-ledger');
  await press('#cell-compare .cell-edit');
  const loop = 'while (true) {}\nexport default 1;';
  await paste('#cell-compare', loop);
  await press('#cell-compare .cell-run');
  await state('#cell-compare', 'running');
  await press('#cell-compare .cell-stop');
  await state('#cell-compare', 'stopped');
  expect(await page.$eval('#cell-compare textarea', (area) => area.value)).toBe(loop);
  await paste('#cell-compare', "export default 'and on it goes';");
  await press('#cell-compare .cell-run');
  await state('#cell-compare', 'done');
  await shows('#cell-compare .cell-results', 'and on it goes');
  expect(errors).toEqual([]);
});

test('an exercise as it is given does not pass; its solution does', async () => {
  await beTouched();
  await lesson('01-the-ledger');
  await press('#exercise-batch .exercise-check');
  await state('#exercise-batch', 'failed');
  expect(await page.$('#exercise-batch .expectation[data-passed="false"]')).not.toBeNull();
  await press('#exercise-batch .cell-edit');
  const solution = readFileSync('lessons/01-the-ledger/exercises/batch/solution.ts', 'utf8');
  await paste('#exercise-batch', solution);
  await press('#exercise-batch .exercise-check');
  await state('#exercise-batch', 'passed');
  expect(errors).toEqual([]);
});

test('a sweep is shared among workers inside the frame', async () => {
  await lesson('10-when-software-cannot-keep-up');
  await press('#cell-frames .cell-run');
  await page.waitForSelector('#cell-frames .report-sweep', { timeout: 60_000 });
  await state('#cell-frames', 'done');
  const points = await page.$eval('#cell-frames .report-sweep', (figure) =>
    Number((figure as HTMLElement).dataset.points),
  );
  expect(points).toBeGreaterThan(10);
  expect(errors).toEqual([]);
});
