import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('finds what is wrong in a lesson, and fails', () => {
  const args = ['scripts/prove-lessons.ts', '--lessons', 'scripts/fixtures/lessons'];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const found = Object.fromEntries(
    stdout.split('\n').flatMap((line) => {
      const match =
        /^(ok|FAILED) +(?:.*\/)?01-wrong\/(.*?)( \(|: (?!hints|start|cheat|solution)|$)/.exec(line);
      return match ? [[match[2], match[1]]] : [];
    }),
  );
  expect(found).toEqual({
    'cells/fine.ts': 'ok',
    'cells/silent.ts': 'FAILED',
    'cells/throws.ts': 'FAILED',
    'exercises/fine: hints': 'ok',
    'exercises/fine: start fails': 'ok',
    'exercises/fine: cheat-prints fails': 'ok',
    'exercises/fine: solution passes': 'ok',
    'exercises/lucky: hints': 'ok',
    'exercises/lucky: start fails': 'ok',
    'exercises/lucky: solution passes': 'FAILED',
    'exercises/no-hint: hints': 'FAILED',
    'exercises/no-hint: start fails': 'ok',
    'exercises/no-hint: cheat-works fails': 'FAILED',
    'exercises/no-hint: solution passes': 'ok',
    'exercises/no-task: hints': 'ok',
    'exercises/no-task: start fails': 'FAILED',
    'exercises/no-task: solution passes': 'FAILED',
    'quizzes/fine.ts': 'ok',
    'quizzes/no-cell.ts': 'FAILED',
    'quizzes/no-knob.ts': 'FAILED',
    'quizzes/two-right.ts': 'FAILED',
  });
  expect(status).toBe(1);
});
