import { createServer } from 'node:net';
import { chromium } from '@playwright/test';
import lighthouse, { desktopConfig } from 'lighthouse';
import { serve } from '../tests/site/serve.ts';
import { CHROMIUM_ARGS, requireChromium } from './chromium.ts';

/**
 * `npm run lighthouse`: the scores of the landing page, a lesson and the playground as Lighthouse gives them
 * for a desktop. Not part of `npm test`: one of them is a measurement of time. Addresses on the command line
 * replace the pages. Exits with 1 where a score is under its mark.
 */

const MARKS = { performance: 95, accessibility: 100, 'best-practices': 100, seo: 100 };
const PAGES = ['', 'lessons/01-the-ledger/', 'playground/'];

type Category = keyof typeof MARKS;
const CATEGORIES = Object.keys(MARKS) as Category[];

/** A port of this machine that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Prints a page's scores, and what cost it points. @returns whether all are good */
async function judge(url: string, port: number, name: string): Promise<boolean> {
  const flags = { port, output: 'json' as const, logLevel: 'error' as const };
  const found = await lighthouse(url, { ...flags, onlyCategories: CATEGORIES }, desktopConfig);
  if (!found) throw new Error(`${name}: no result`);
  const { categories, audits } = found.lhr;
  const scores = CATEGORIES.map((key) => [key, Math.round((categories[key]?.score ?? 0) * 100)]);
  console.log(`${name || 'landing page'}: ${scores.map((pair) => pair.join(' ')).join(', ')}`);
  const shift = audits['cumulative-layout-shift']?.displayValue;
  const paint = audits['largest-contentful-paint']?.displayValue;
  console.log(`  layout shift ${shift}, largest paint ${paint}`);
  const low = CATEGORIES.filter((key) => (categories[key]?.score ?? 0) < MARKS[key] / 100);
  for (const key of low)
    for (const { id, weight } of categories[key]?.auditRefs ?? []) {
      const audit = audits[id];
      if (weight > 0 && audit?.score != null && audit.score < 1)
        console.log(`  ${key}: ${audit.title} (${audit.displayValue ?? audit.score})`);
    }
  return low.length === 0;
}

const site = await serve('/');
const port = await freePort();
const browser = await chromium.launch({
  executablePath: requireChromium(),
  args: [...CHROMIUM_ARGS, `--remote-debugging-port=${port}`],
});
try {
  const asked = process.argv.slice(2);
  for (const page of asked.length > 0 ? asked : PAGES)
    if (!(await judge(site.url + page, port, page))) process.exitCode = 1;
} finally {
  await browser.close();
  await site.close();
}
