import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from './scripts/chromium.ts';

// `npm run browser` and `npm test` find or install Chromium first; the tests serve dist by themselves.
const results = process.env.PLAYWRIGHT_RESULTS;
const executablePath = findChromium();

export default defineConfig({
  testDir: 'tests',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  workers: 2,
  fullyParallel: true,
  forbidOnly: Boolean(results),
  timeout: 60_000,
  globalTimeout: 40 * 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ...(results ? [['json', { outputFile: results }] as const] : [])],
  use: {
    browserName: 'chromium',
    launchOptions: { ...(executablePath ? { executablePath } : {}), args: CHROMIUM_ARGS },
    // A page without a worker between it and the server; the tests of the worker ask for it.
    serviceWorkers: 'block',
    trace: 'off',
    screenshot: 'off',
  },
});
