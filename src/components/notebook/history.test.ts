import { expect, it } from 'vitest';
import { History } from './history.ts';

const at = (text: string) => ({ text, start: text.length, end: text.length });

it('takes letters typed without a pause as one step', () => {
  const history = new History('');
  history.change(at('a'), 0, false);
  history.change(at('ab'), 100, false);
  history.change(at('ab c'), 2_000, false);
  expect(history.undo()?.text).toBe('ab');
  expect(history.undo()?.text).toBe('');
  expect(history.undo()).toBeUndefined();
  expect(history.redo()?.text).toBe('ab');
  expect(history.redo()?.text).toBe('ab c');
  expect(history.redo()).toBeUndefined();
});

it('keeps a step of its own apart from typing before and after', () => {
  const history = new History('');
  history.change(at('a'), 0, false);
  history.change(at('  a'), 10, true);
  history.change(at('  ab'), 20, false);
  expect(history.undo()?.text).toBe('  a');
  expect(history.undo()?.text).toBe('a');
});

it('forgets what was undone once something new is typed', () => {
  const history = new History('x');
  history.change(at('xy'), 0, true);
  history.undo();
  history.change(at('xz'), 10, true);
  expect(history.redo()).toBeUndefined();
  expect(history.undo()?.text).toBe('x');
});

it('keeps the selection with a text that did not change', () => {
  const history = new History('x');
  history.change({ text: 'x', start: 1, end: 1 }, 0, true);
  history.change(at('xy'), 10, true);
  expect(history.undo()).toEqual({ text: 'x', start: 1, end: 1 });
});
