import { run } from './run.ts';
import { type Count, writeCount } from './tally.ts';

/** `npm run check:types`: every TypeScript file, each with the types it may know and no more. */

const CHECKS: readonly [string, string, readonly string[]][] = [
  ['machine and lab, without Node and browser', 'tsc', ['-p', 'tsconfig.pure.json']],
  ['cells and exercises', 'tsc', ['-p', 'tsconfig.cells.json']],
  ["the runner's fixtures", 'tsc', ['-p', 'tests/runner/fixtures']],
  ['site, tools and tests', 'astro', ['check', '--minimumFailingSeverity', 'warning']],
];

const count: Count = { passed: 0, failed: 0 };
for (const [what, command, args] of CHECKS) {
  const good = (await run(command, args)) === 0;
  count[good ? 'passed' : 'failed'] += 1;
  console.log(`types of ${what}: ${good ? 'ok' : 'FAILED'}`);
}
writeCount(count);
