import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

function lab(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

test('repeat --json prints the interval of every figure', () => {
  const { status, stdout } = lab(
    ...['repeat', '--json', '--paths', 'sriov', '--seeds', '3', '--frames', '50'],
    ...['--load', '100000', '--arrivals', 'poisson'],
  );
  expect(status).toBe(0);
  const { seeds, paths } = JSON.parse(stdout);
  expect(seeds).toEqual([1, 2, 3]);
  const { low, mean, high } = paths.sriov.throughputGbps;
  expect(low).toBeLessThan(mean);
  expect(mean).toBeLessThan(high);
});

test('sensitivity prints each unpublished cost, and what the order hangs on', () => {
  const { status, stdout } = lab(
    ...['sensitivity', '--paths', 'vmbus,sriov', '--frames', '40', '--direction', 'rr'],
    ...['--figure', 'latencyUs.p50', '--profile', 'sandybridge-2012'],
  );
  expect(status).toBe(0);
  expect(stdout).toContain('sriov > vmbus');
  expect(stdout).toMatch(/vswitch_pkt .*assumed/);
});

test.each([
  [['repeat', '--seeds', '1'], 'seeds: 1 is not a whole number from 2 to 30'],
  [['sensitivity', '--figure', 'speed'], "figure: there is no 'speed'"],
  [['sensitivity', '--by', '1'], 'by: 1 is not a number from more than 1 to 10'],
  [['repeat', '--seed', '4294967295'], 'leaves no room for 5 seeds'],
])('%j is refused in one line', (args, message) => {
  const { status, stderr } = lab(...args);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
