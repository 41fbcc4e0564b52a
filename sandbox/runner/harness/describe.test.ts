import { describe, expect, it } from 'vitest';
import { describeThrown, inspect } from './describe.ts';

describe('words for a value', () => {
  it.each([
    ['a', 'a'],
    [[1, 'b', [2]], '[1, "b", [2]]'],
    [{ a: { b: { c: 1 } } }, '{ a: { b: {…} } }'],
    [new Map([['k', 1]]), 'Map { k => 1 }'],
    [new Uint8Array([1, 2]), 'Uint8Array[1, 2]'],
    [null, 'null'],
    [12n, '12n'],
    [new TypeError('no'), 'TypeError: no'],
  ])('%o', (value, words) => {
    expect(inspect(value)).toBe(words);
  });

  it('never runs a getter and never throws', () => {
    const trap = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('trap');
        },
      },
    );
    expect(inspect(trap)).toBe('[a value that cannot be read]');
    expect(
      inspect({
        get a() {
          throw new Error('ran');
        },
      }),
    ).toContain('getter');
  });

  it('is cut when it is long', () => {
    expect(inspect('x'.repeat(1e6)).length).toBeLessThan(5_000);
    expect(inspect(new Array(1e5).fill(1))).toContain('more');
  });
});

describe('what was thrown', () => {
  it('keeps an error’s name, message and stack', () => {
    const thrown = describeThrown(new RangeError('far'), 2);
    expect(thrown).toMatchObject({ kind: 'error', message: 'RangeError: far', lineOffset: 2 });
    expect(thrown.stack).toContain('describe.test');
  });

  it('survives errors that hide', () => {
    const error = new Error('x');
    Object.defineProperty(error, 'message', {
      get() {
        throw new Error('trap');
      },
    });
    expect(describeThrown(error, 0).message).toBe('Error');
  });
});
