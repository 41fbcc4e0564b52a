import { existsSync } from 'node:fs';
import { provideFirefox } from './firefox.ts';
import { run } from './run.ts';
import { CountFile, settle, vitestCount, writeCount } from './tally.ts';

/**
 * `npm run firefox`: what a reader does, in Firefox, on the site as it was built last. Playwright drives only a
 * Firefox of its own making; this one is the system's, over WebDriver BiDi. Where there is none, and none can be
 * installed, it says so and counts as skipped.
 */

try {
  if (!existsSync('dist/index.html'))
    throw new Error('There is no dist; run `npm run build` first.');
  const path = provideFirefox();
  if (path === undefined) {
    console.log(
      'Skipped: there is no Firefox. Install one, or set FIREFOX_PATH, to run these tests.',
    );
    writeCount({ passed: 0, failed: 0, skipped: 1 });
  } else {
    console.log(`Engine: ${path}`);
    const file = new CountFile('firefox-vitest');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file.path}`];
    const config = ['--root', '.', '--config', 'tests/firefox/vitest.config.ts'];
    const status = await run('vitest', ['run', ...config, ...reporters], { FIREFOX_PATH: path });
    writeCount(settle(status, file.read(vitestCount)));
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
