import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Count {
  passed: number;
  failed: number;
  /** What this machine cannot run, and was said so; neither passed nor failed. */
  skipped?: number;
}

/** Where `npm test` wants a stage's count; unset when the stage runs alone. */
const COUNT_FILE = 'COUNT_FILE';

const sumOf = ({ passed, failed, skipped = 0 }: Count): number => passed + failed + skipped;

/** Ends a stage: tells `npm test` its count, and sets the exit status. Nothing counted is a failure. */
export function writeCount(count: Count): void {
  const file = process.env[COUNT_FILE];
  if (file) writeFileSync(file, JSON.stringify(count));
  process.exitCode = count.failed > 0 || sumOf(count) === 0 ? 1 : 0;
}

/** A fresh file for the results of a stage, and the count in it when the stage is over. */
export class CountFile {
  readonly path: string;

  constructor(stage: string) {
    this.path = `.cache/test/${stage}.json`;
    mkdirSync(dirname(this.path), { recursive: true });
    rmSync(this.path, { force: true });
  }

  get env(): Record<string, string> {
    return { [COUNT_FILE]: this.path };
  }

  read(parse: (json: unknown) => Count): Count {
    if (!existsSync(this.path)) return { passed: 0, failed: 0 };
    return parse(JSON.parse(readFileSync(this.path, 'utf8')));
  }
}

/** The count that a script wrote with `writeCount`. */
export const ownCount = (json: unknown): Count => json as Count;

/** The count in the report of Vitest's `json` reporter. A file that fails to load is one failure. */
export function vitestCount(json: unknown): Count {
  const { numPassedTests, numFailedTests, testResults } = json as {
    numPassedTests: number;
    numFailedTests: number;
    testResults: { status: string; assertionResults: { status: string }[] }[];
  };
  const broken = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((one) => one.status !== 'failed'),
  );
  return { passed: numPassedTests, failed: numFailedTests + broken.length };
}

/** The count in the report of Playwright's `json` reporter. A test that passed at a second try failed. */
export function playwrightCount(json: unknown): Count {
  const { stats, errors } = json as {
    stats: { expected: number; unexpected: number; flaky: number };
    errors: unknown[];
  };
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length };
}

/**
 * What a stage adds to the sum. Exit status and count must agree: a program that failed without counting a
 * failure counts as one, and so does one that ended well and counted nothing.
 */
export function settle(status: number, count: Count): Count {
  if (status !== 0 && count.failed === 0) return { passed: count.passed, failed: 1 };
  if (status === 0 && sumOf(count) === 0) return { passed: 0, failed: 1 };
  return count;
}
