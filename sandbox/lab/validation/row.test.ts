import { describe, expect, test } from 'vitest';
import { parseRows } from './row.ts';

const ROW = { id: 'a', use: 'validate', unit: 'Gb/s', value: 9 };

function parse(...entries: unknown[]) {
  return parseRows('rows.json', entries);
}

describe('rows of a document', () => {
  test('keep what is needed and pass over the rest', () => {
    const experiment = { paths: ['native'] };
    const [row] = parse({ ...ROW, source: 'somebody', experiment, note: 'n' });
    expect(row).toEqual({ ...ROW, experiment, note: 'n' });
  });

  test('have a value or a range', () => {
    expect(parse({ ...ROW, value: [3, 4] })[0].value).toEqual([3, 4]);
    for (const value of [0, -1, '9', null, [4, 3], [1, 2, 3], [-2, -1]])
      expect(() => parse({ ...ROW, value, experiment: {} })).toThrow(
        'rows.json, row 1 (a): value is not a number above 0 or a range [from, to]',
      );
  });

  test('without an experiment may have any value: nothing is set against it', () => {
    expect(parse({ ...ROW, value: [1, 256, 1] })[0].id).toBe('a');
  });

  test.each([
    [7, 'rows.json, row 1 is not an object'],
    [{ ...ROW, id: '' }, 'row 1 has no id'],
    [{ ...ROW, unit: 3 }, '(a) has no unit'],
    [{ ...ROW, use: 'maybe' }, "use is 'maybe', not validate, calibrate or quote"],
    [{ ...ROW, experiment: [] }, 'experiment is not an object of options'],
    [{ ...ROW, experiment: {}, notExpressed: 'no' }, 'a reason why it has none'],
  ])('%j is refused', (entry, message) => {
    expect(() => parse(entry)).toThrow(message);
  });

  test('are a list, each with an id of its own', () => {
    expect(() => parseRows('rows.json', {})).toThrow('rows.json is not a list of rows');
    expect(() => parse(ROW, ROW)).toThrow("two rows are called 'a'");
  });
});
