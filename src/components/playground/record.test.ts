import { describe, expect, test } from 'vitest';
import { usualPanels } from './fields.ts';
import { cellInAddress, cellName, givenFrom, recordFrom } from './record.ts';

describe('a cell in an address', () => {
  test('is a lesson and a name', () => {
    expect(cellInAddress('#open=11-two-checkboxes/boxes')).toEqual({
      lesson: '11-two-checkboxes',
      cell: 'boxes',
    });
  });

  test.each([
    [
      '',
      '#',
      '#open=',
      '#open=a',
      '#open=a/b/c',
      '#open=../x',
      '#open=a/__proto__',
      '#open=a/b.ts',
    ],
  ])('nothing else: %j', (...hashes) => {
    for (const hash of hashes) expect(cellInAddress(hash)).toBeUndefined();
    expect(cellName({ lesson: 'a', cell: 'x'.repeat(81) })).toBeUndefined();
    expect(cellName(Object.create({ lesson: 'a', cell: 'b' }))).toBeUndefined();
  });
});

describe('what was kept counts as far as it is right', () => {
  test.each([
    [undefined],
    [null],
    [7],
    ['x'],
    [[1]],
    [JSON.parse('{"__proto__":{"open":{"lesson":"a","cell":"b"}},"before":"no","panels":[]}')],
    [{ before: { text: 7, files: { 'sandbox/lab/../../x.ts': 'x', 'src/x.ts': 'x' } } }],
    [{ before: { knobs: { N: [1], ['x'.repeat(301)]: 1 }, open: { lesson: 1, cell: 'x' } } }],
    [{ before: { text: 'x'.repeat(1_000_001) }, open: { lesson: '../..', cell: 'x' } }],
  ])('%#', (value) => {
    expect(recordFrom(value)).toEqual({ panels: usualPanels() });
  });

  test('a good one', () => {
    const record = {
      panels: { ...usualPanels(), vms: 3 },
      open: { lesson: '01-the-ledger', cell: 'units' },
      before: {
        text: 'a',
        files: { 'sandbox/machine/a-b/c.ts': 'x' },
        knobs: { N: 7, on: true },
        open: { lesson: '02-x', cell: 'y' },
        panels: { ...usualPanels(), vms: 4 },
      },
    };
    expect(recordFrom(record)).toEqual(record);
  });
});

test('what a reader made of a cell is given on: text, files, values of knobs', () => {
  const saved = {
    text: 'a',
    hash: 'h',
    files: { 'sandbox/lab/x.ts': 'b' },
    knobs: [{ label: 'N', value: 7, type: 'number' }, { label: 3, value: 1 }, null, { label: 'o' }],
  };
  expect(givenFrom(saved)).toEqual({
    text: 'a',
    files: { 'sandbox/lab/x.ts': 'b' },
    knobs: { N: 7 },
  });
  expect(givenFrom(undefined)).toEqual({});
});
