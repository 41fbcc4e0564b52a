import { describe, expect, it } from 'vitest';
import { guardedMemory, LONG_ARRAY, MOST_BUFFER_BYTES, MOST_TOTAL_BYTES } from './memory.ts';

/** The constructors that one run gets. */
function guarded(): { Array: ArrayConstructor; Uint8Array: Uint8ArrayConstructor } {
  const classes = guardedMemory();
  return {
    Array: classes.get('Array') as ArrayConstructor,
    Uint8Array: classes.get('Uint8Array') as Uint8ArrayConstructor,
  };
}

describe('the guarded constructors', () => {
  it('make what the plain ones make', () => {
    const run = guarded();
    expect(new run.Array(3)).toEqual(new Array(3));
    expect(new run.Array(7, 8)).toEqual([7, 8]);
    expect(run.Array(2).fill(1)).toEqual([1, 1]);
    expect(run.Array.from({ length: 2 }, (_, i) => i)).toEqual([0, 1]);
    expect([] instanceof run.Array).toBe(true);
    expect(run.Array.isArray(new run.Array(1))).toBe(true);
    class Stack extends run.Array<number> {}
    expect(new Stack(4)).toBeInstanceOf(Stack);
    expect(run.Uint8Array.from([1, 2])).toEqual(new Uint8Array([1, 2]));
  });

  it('refuse one that is too long, and say how much it asks for', () => {
    const run = guarded();
    const elements = MOST_BUFFER_BYTES / 8 + 1;
    const refusal =
      'new Array asks for 257 MB of memory; one buffer or array may have up to 256 MB';
    expect(() => new run.Array(elements)).toThrow(refusal);
    expect(() => run.Array(elements)).toThrow(refusal);
    expect(() => run.Array.from({ length: elements })).toThrow(refusal);
    expect(() => new run.Uint8Array(MOST_BUFFER_BYTES + 1)).toThrow(
      /^new Uint8Array asks for 257 MB/,
    );
  });

  it('refuse what is too much together, buffers and arrays alike', () => {
    const run = guarded();
    const each = 64 * 1024 * 1024;
    for (let bytes = 0; bytes < MOST_TOTAL_BYTES; bytes += 2 * each) {
      new run.Array(each / 8);
      new run.Uint8Array(each);
    }
    expect(() => new run.Array(LONG_ARRAY)).toThrow(/more than 1,024 MB of memory/);
    expect(() => new run.Uint8Array(1)).toThrow(/more than 1,024 MB of memory/);
    expect(() => new (guarded().Array)(LONG_ARRAY)).not.toThrow();
  });

  it('do not count short arrays, nor a single number among others', () => {
    const run = guarded();
    const rounds = MOST_TOTAL_BYTES / (LONG_ARRAY * 8) + 1;
    for (let i = 0; i < rounds; i++) new run.Array(LONG_ARRAY - 1);
    expect(new run.Array(MOST_BUFFER_BYTES, 1)).toHaveLength(2);
  });
});
