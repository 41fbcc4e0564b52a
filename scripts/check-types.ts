import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { run } from './run.ts';
import { type Count, writeCount } from './tally.ts';

/** `npm run check:types`: every TypeScript file, each with the types it may know and no more. */

const CHECKS: readonly [string, string, readonly string[]][] = [
  ['machine and lab, without Node and browser', 'tsc', ['-p', 'tsconfig.pure.json']],
  ['cells and exercises', 'tsc', ['-p', 'tsconfig.cells.json']],
  ["the runner's fixtures", 'tsc', ['-p', 'tests/runner/fixtures']],
  ['site, tools and tests', 'astro', ['check', '--minimumFailingSeverity', 'warning']],
];

const CONFIGS = ['tsconfig.json', 'tsconfig.cells.json', 'tests/runner/fixtures/tsconfig.json'];

/** Files that no configuration includes: they would pass because nobody looks. */
function unchecked(): string[] {
  const seen = CONFIGS.flatMap((config) => {
    const args = ['node_modules/typescript/bin/tsc', '-p', config, '--listFilesOnly'];
    const paths = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1e8 });
    return paths.split('\n').map((path) => relative('.', path).replaceAll('\\', '/'));
  });
  const all = globSync(['{sandbox,src,lessons,scripts,tests}/**/*.ts', '*.ts']);
  return all.filter((path) => !seen.includes(path.replaceAll('\\', '/')));
}

const count: Count = { passed: 0, failed: 0 };
for (const [what, command, args] of CHECKS) {
  const good = (await run(command, args)) === 0;
  count[good ? 'passed' : 'failed'] += 1;
  console.log(`types of ${what}: ${good ? 'ok' : 'FAILED'}`);
}
const missed = unchecked();
count[missed.length === 0 ? 'passed' : 'failed'] += 1;
for (const path of missed) console.error(`no configuration includes ${path}`);
console.log(`every TypeScript file is checked: ${missed.length === 0 ? 'ok' : 'FAILED'}`);
writeCount(count);
