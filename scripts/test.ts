import { run } from './run.ts';
import { type Count, CountFile, ownCount, playwrightCount, settle, vitestCount } from './tally.ts';

/**
 * `npm test`: every stage, one after the other, and at the end one line `N passed, N failed`.
 * `--only types,unit` runs some of them.
 */

interface Stage {
  name: string;
  /** Stages that must have succeeded for this one to make sense. */
  needs?: readonly string[];
  run(): Promise<Count>;
}

/** A program that counts as one: it succeeds or it does not. */
const plain =
  (command: string, args: readonly string[]): Stage['run'] =>
  async () =>
    (await run(command, args)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };

/** A script of ours that writes its own count. */
const counted =
  (name: string, script: string): Stage['run'] =>
  async () => {
    const file = new CountFile(name);
    return settle(await run('node', [script], file.env), file.read(ownCount));
  };

const STAGES: readonly Stage[] = [
  { name: 'types', run: counted('types', 'scripts/check-types.ts') },
  { name: 'lint', run: plain('biome', ['lint', '--error-on-warnings', '.']) },
  { name: 'format', run: plain('biome', ['check', '--linter-enabled=false', '.']) },
  { name: 'imports', run: plain('node', ['scripts/check-imports.ts']) },
  { name: 'unit', run: unit },
  { name: 'linux', run: counted('linux', 'scripts/linux/test.ts') },
  { name: 'build', run: build },
  { name: 'lessons', run: counted('lessons', 'scripts/prove-lessons.ts') },
  { name: 'browser', needs: ['build'], run: browser },
  { name: 'firefox', needs: ['build'], run: counted('firefox', 'scripts/firefox-tests.ts') },
  { name: 'budgets', needs: ['build'], run: counted('budgets', 'scripts/check-budgets.ts') },
];

async function unit(): Promise<Count> {
  const file = new CountFile('unit');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file.path}`];
  return settle(await run('vitest', ['run', ...reporters]), file.read(vitestCount));
}

async function build(): Promise<Count> {
  let status = 0;
  for (const folder of ['runner', 'linux'])
    status ||= await run('node', [`sandbox/${folder}/build/main.ts`]);
  status ||= await run('astro', ['build']);
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function browser(): Promise<Count> {
  const file = new CountFile('browser');
  const status = await run('node', ['scripts/browser-tests.ts'], {
    PLAYWRIGHT_RESULTS: file.path,
  });
  return settle(status, file.read(playwrightCount));
}

function chosen(): readonly Stage[] {
  const at = process.argv.indexOf('--only');
  if (at < 0) return STAGES;
  const names = (process.argv[at + 1] ?? '').split(',');
  const unknown = names.find((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown === undefined) return STAGES.filter(({ name }) => names.includes(name));
  console.error(`--only: no stage '${unknown}'; there is ${STAGES.map((s) => s.name).join(', ')}`);
  process.exit(2);
}

interface Outcome extends Count {
  name: string;
  seconds: number;
  note: string;
}

const outcomes: Outcome[] = [];
for (const { name, needs = [], run: work } of chosen()) {
  console.log(`\n=== ${name}`);
  const start = performance.now();
  const missing = outcomes.find((other) => other.failed > 0 && needs.includes(other.name));
  const count = missing ? { passed: 0, failed: 1 } : await work();
  const note = missing
    ? `not run: ${missing.name} failed`
    : count.skipped
      ? 'skipped, see above'
      : '';
  if (missing) console.log(note);
  outcomes.push({ name, ...count, note, seconds: (performance.now() - start) / 1000 });
}

console.log(
  `\n${'stage'.padEnd(10)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'seconds'.padStart(9)}`,
);
for (const { name, passed, failed, seconds, note } of outcomes) {
  const figures = [
    `${passed}`.padStart(8),
    `${failed}`.padStart(8),
    seconds.toFixed(1).padStart(9),
  ];
  console.log(`${name.padEnd(10)}${figures.join('')}  ${note}`.trimEnd());
}
const sum = (of: 'passed' | 'failed'): number => outcomes.reduce((all, one) => all + one[of], 0);
process.exitCode = sum('failed') > 0 ? 1 : 0;
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
