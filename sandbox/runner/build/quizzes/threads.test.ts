import { expect, it } from 'vitest';
import { judgeAll } from './threads.ts';

const LAB = 'var TwoCheckboxesLab = { face: {} };';
const ENDLESS = 'for (;;);';
const THROWS = "throw new Error('not this one');";

it('ends a question that does not end, and goes on with the next', async () => {
  const done = await judgeAll(LAB, [ENDLESS, THROWS, ENDLESS, THROWS, THROWS], 1);
  expect(done.map(({ error }) => error)).toEqual([
    'not over after 1 s',
    'not this one',
    'not over after 1 s',
    'not this one',
    'not this one',
  ]);
});
