import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

/** Runs the command and returns what it said, with the status. */
async function lab(args: string[], interruptAfter?: RegExp) {
  const child = spawn(process.execPath, ['sandbox/cli/main.ts', 'sweep', ...args]);
  let out = '';
  let err = '';
  let interrupted = false;
  child.stdout.on('data', (data) => {
    out += data;
    if (interrupted || interruptAfter?.test(out) !== true) return;
    interrupted = child.kill('SIGINT');
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  const [status] = await once(child, 'close');
  return { status, out, err };
}

const SMALL = ['--paths', 'vmbus,sriov', '--frames', '60', '--over', 'frame=64,300,1514'];

test('one line a point; the document is the same with any number of workers', async () => {
  const { status, out } = await lab(SMALL);
  expect(status).toBe(0);
  const lines = out.trim().split('\n');
  expect(lines[0]).toMatch(/^frame +path +Gb\/s/);
  expect(lines).toHaveLength(7);
  const documents = await Promise.all(
    ['1', '3'].map((workers) => lab([...SMALL, '--workers', workers, '--json'])),
  );
  expect(documents[0].out).toBe(documents[1].out);
  expect(JSON.parse(documents[0].out)).toMatchObject({
    find: 'run',
    over: { option: 'frame', values: [64, 300, 1514] },
    points: { length: 6 },
  });
}, 30_000);

test('interrupted it keeps what came', async () => {
  const words = ['--paths', 'sriov', '--over', `seed=${Array.from({ length: 90 }, (_, i) => i)}`];
  const { status, out } = await lab(words, /\n +0 +sriov/);
  expect(status).toBe(130);
  const lines = out.trim().split('\n');
  expect(lines.at(-1)).toBe('stopped');
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.length).toBeLessThan(92);
}, 30_000);

test.each([
  [['--over', 'size=1'], /not an option of compare/],
  [['--over', 'frame'], /frame=64,512,1514/],
  [['--over', 'frame=big'], /--frame: 'big' is not a number/],
  [[], /over: \{ frame/],
  [[...SMALL, '--workers', '0'], /--workers: 0 is not a whole number from 1 to 64/],
  [[...SMALL, '--worker', '1'], /no option --worker/],
  [['--over', `seed=${Array.from({ length: 101 }, (_, i) => i)}`], /up to 100/],
])('refuses %j in one line', async (args, words) => {
  const { status, out, err } = await lab(args);
  expect(status).toBe(2);
  expect(out).toBe('');
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(err).toMatch(words);
});
