import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installWithApt } from './apt.ts';

const SYSTEM_NAMES = ['firefox', 'firefox-esr'];
const MAC_PATH = '/Applications/Firefox.app/Contents/MacOS/firefox';

/**
 * Firefox for tests: `FIREFOX_PATH`, or one of the system.
 * @returns its path, or undefined when there is none
 * @throws Error when `FIREFOX_PATH` names no file
 */
export function findFirefox(): string | undefined {
  const chosen = process.env.FIREFOX_PATH;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Error(`FIREFOX_PATH is ${chosen}, and there is no such file`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = SYSTEM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...paths, MAC_PATH].find((path) => existsSync(path));
}

/** Like findFirefox, and where there is none, but apt-get and root, installs the one of Debian. */
export function provideFirefox(): string | undefined {
  return findFirefox() ?? (installWithApt('firefox-esr') ? findFirefox() : undefined);
}
