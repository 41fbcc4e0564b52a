import { expect, test } from 'vitest';
import { parseRecording } from './recording.ts';

const READ = '{"op":"ior","offset":40,"size":4,"value":5}';

test('reads each kind of record, and keeps its line', () => {
  const lines = [
    READ,
    '',
    '{"op":"dmar","what":"tdes","addr":16,"data":"00ff"}',
    '{"op":"rxframe","len":64}',
    '{"op":"rxframe","len":2,"outcome":"filtered","data":"0102"}',
    '{"op":"irq","level":1}',
    '{"op":"mark","name":"up"}',
    '{"op":"new"}',
  ];
  const records = parseRecording(lines.join('\r\n'));
  expect(records.map(({ op, line }) => `${line} ${op}`)).toEqual([
    '1 ior',
    '3 dmar',
    '4 rxframe',
    '5 rxframe',
    '6 irq',
    '7 remark',
    '8 remark',
  ]);
  expect(records[1]).toMatchObject({ address: 16, data: Uint8Array.of(0, 255) });
  expect(records[3]).toMatchObject({ outcome: 'filtered', data: Uint8Array.of(1, 2) });
  expect(records.slice(5)).toMatchObject([{ known: true }, { known: false }]);
});

test.each([
  ['{"op":"ior"', /line 2: not JSON/],
  ['[1]', /line 2: not a record/],
  ['{"t":1}', /line 2: not a record/],
  ['{"op":"ior","offset":"x","size":4,"value":0}', /line 2: 'offset' of 'ior'/],
  ['{"op":"cfgr","offset":0,"size":1e9,"value":0}', /line 2: 'size' of 'cfgr' is not 1, 2, 4 or 8/],
  ['{"op":"iow","offset":0,"size":4,"value":-1}', /line 2: 'value' of 'iow'/],
  ['{"op":"dmar","what":"tdes","addr":0,"data":"123"}', /line 2: 'data' of 'dmar'/],
  ['{"op":"dmaw","what":"tdes","addr":0}', /line 2: 'data' of 'dmaw'/],
])('refuses %s', (line, message) => {
  expect(() => parseRecording(`${READ}\n${line}\n${READ}`)).toThrow(message);
});

test.each(['', '\n\n', '{"op":"mark"}'])('%j is no recording', (text) => {
  expect(() => parseRecording(text)).toThrow(/not a recording/);
});
