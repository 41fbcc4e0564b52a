import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';
import { installWithApt } from './apt.ts';

/** Switches for tests: no sandbox as root, and no calls of the browser's own into the network. */
export const CHROMIUM_ARGS = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

const SYSTEM_NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'google-chrome-for-testing',
];
const MAC_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * The browser for tests: `CHROMIUM_PATH`, one of the system, Playwright's own, in this order.
 * @returns its path, or undefined when there is none
 * @throws Error when `CHROMIUM_PATH` names no file: a wrong choice is not passed over
 */
export function findChromium(): string | undefined {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Error(`CHROMIUM_PATH is ${chosen}, and there is no such file`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter);
  const names = SYSTEM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...names, ...MAC_PATHS, chromium.executablePath()].find(
    (path) => path && existsSync(path),
  );
}

/**
 * Like findChromium, and where there is none, but apt-get and root, installs one.
 * @throws Error that names the choices
 */
export function requireChromium(): string {
  const found = findChromium() ?? (installWithApt('chromium') ? findChromium() : undefined);
  if (found) return found;
  throw new Error(
    [
      'The browser tests need Chromium, and there is none. One of these will do:',
      '  - install chromium or google-chrome with the system, so that it is in PATH',
      '  - npx playwright install chromium',
      '  - set CHROMIUM_PATH to the file to run',
      '  - run as root where there is apt-get: the tests then install it themselves',
    ].join('\n'),
  );
}
