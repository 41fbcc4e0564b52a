import { expect, it } from 'vitest';
import { asSaved } from './saved.ts';

const KNOB = {
  type: 'number',
  label: 'Frame',
  value: 60,
  default: 60,
  min: 60,
  max: 9014,
  step: 1,
};

it('takes what a cell or exercise keeps, and fields of later versions', () => {
  const saved = {
    text: 'a',
    hash: 'h',
    files: { 'sandbox/machine/a.ts': 'b' },
    knobs: [
      KNOB,
      { type: 'choice', label: 'Costs of', value: 'own', default: 'own', choices: ['own', 1] },
      { type: 'switch', label: 'SR-IOV', value: true, default: false, dialog: { title: 'a' } },
    ],
    hints: 2,
    passed: true,
    before: { text: 'c' },
    later: [1],
    constructor: 1,
  };
  expect(asSaved(saved)).toEqual({ saved, sound: true });
  expect(asSaved(undefined)).toEqual({ saved: {}, sound: true });
});

it.each([
  { text: 5 },
  { hash: null },
  { files: ['a'] },
  { files: { a: 1 } },
  { knobs: {} },
  { knobs: [null] },
  { knobs: [{ ...KNOB, type: 'dial' }] },
  { knobs: [{ ...KNOB, max: '9' }] },
  { knobs: [{ type: 'choice', label: 'a', choices: [{}] }] },
  { knobs: [{ type: 'switch', label: 'a', dialog: { title: {} } }] },
  { hints: -1 },
  { hints: 1.5 },
  { passed: 1 },
  { before: { text: 5 } },
  JSON.parse('{"__proto__":{"text":"b"}}'),
])('leaves %j out and keeps the rest', (part) => {
  expect(asSaved(Object.fromEntries([...Object.entries(part), ['later', 1]]))).toEqual({
    saved: { later: 1 },
    sound: false,
  });
});

it.each([null, 5, 'text', [], true])('makes nothing of %j', (value) => {
  expect(asSaved(value)).toEqual({ saved: {}, sound: false });
});
