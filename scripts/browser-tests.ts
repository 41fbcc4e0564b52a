import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { requireChromium } from './chromium.ts';

/** `npm run browser -- [Playwright's options]`: the browser tests, on the site as it was built last. */

try {
  if (!existsSync('dist/index.html'))
    throw new Error('There is no dist; run `npm run build` first.');
  const CHROMIUM_PATH = requireChromium();
  const version = spawnSync(CHROMIUM_PATH, ['--version'], { encoding: 'utf8' }).stdout?.trim();
  console.log(
    `Engines: ${version || CHROMIUM_PATH}. Firefox is a stage of its own; WebKit does not run here.`,
  );
  const cli = 'node_modules/@playwright/test/cli.js';
  const { status } = spawnSync(process.execPath, [cli, 'test', ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, CHROMIUM_PATH },
  });
  process.exitCode = status ?? 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
