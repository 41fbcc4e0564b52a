import { describe, expect, it } from 'vitest';
import { playwrightCount, settle, vitestCount } from './tally.ts';

describe('counting', () => {
  it('believes a count that agrees with the exit status', () => {
    expect(settle(0, { passed: 3, failed: 0 })).toEqual({ passed: 3, failed: 0 });
    expect(settle(1, { passed: 3, failed: 2 })).toEqual({ passed: 3, failed: 2 });
  });

  it('counts a failure that was not counted, and nothing at all', () => {
    expect(settle(1, { passed: 3, failed: 0 })).toEqual({ passed: 3, failed: 1 });
    expect(settle(0, { passed: 0, failed: 0 })).toEqual({ passed: 0, failed: 1 });
  });

  it('takes a stage that was skipped for what it is', () => {
    const skipped = { passed: 0, failed: 0, skipped: 1 };
    expect(settle(0, skipped)).toEqual(skipped);
    expect(settle(1, skipped)).toMatchObject({ failed: 1 });
  });

  it('counts a test file that does not load', () => {
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
    ];
    expect(vitestCount({ numPassedTests: 1, numFailedTests: 1, testResults })).toEqual({
      passed: 1,
      failed: 2,
    });
  });

  it('counts a browser test that needed a second try, and an error outside of tests, as failed', () => {
    const stats = { expected: 5, unexpected: 1, flaky: 2, skipped: 1 };
    expect(playwrightCount({ stats, errors: ['x'] })).toEqual({ passed: 5, failed: 4 });
  });
});
