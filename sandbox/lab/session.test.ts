import { afterEach, describe, expect, test } from 'vitest';
import type { Report } from './report.ts';
import { beginSession, endSession, type KnobValues, knob, show, text } from './session.ts';
import { UsageError } from './usage.ts';

function begin(knobs: KnobValues = {}): Report[] {
  const shown: Report[] = [];
  beginSession({ knobs, emit: (report) => shown.push(report) });
  return shown;
}

afterEach(() => {
  endSession();
});

const FRAME = { min: 60, max: 9014, unit: 'B' };

describe('knob', () => {
  test('answers its default, and the value the reader gave', () => {
    begin();
    expect(knob('Frame', 1514, FRAME)).toBe(1514);
    begin({ Frame: 64, Line: '25G', Posted: true });
    expect(knob('Frame', 1514, FRAME)).toBe(64);
    expect(knob('Line', '10G', { choices: ['10G', '25G'] })).toBe('25G');
    expect(knob('Posted', false)).toBe(true);
  });

  test('a switch can be drawn in a settings dialog', () => {
    begin({ 'Enable SR-IOV': true });
    const dialog = { title: 'Network adapter', page: 'Hardware acceleration' };
    expect(knob('Enable SR-IOV', false, { dialog })).toBe(true);
    expect(endSession().knobs).toEqual([
      { type: 'switch', label: 'Enable SR-IOV', value: true, default: false, dialog },
    ]);
  });

  test('outside a session answers the default', () => {
    expect(knob('Frame', 1514, FRAME)).toBe(1514);
  });

  test('the session ends with what was asked for, in order', () => {
    begin({ Frame: 64 });
    knob('Frame', 1514, FRAME);
    knob('Line', '10G', { choices: ['10G', '25G'] });
    knob('Posted', false);
    expect(endSession().knobs).toEqual([
      { type: 'number', label: 'Frame', value: 64, default: 1514, step: 1, ...FRAME },
      { type: 'choice', label: 'Line', value: '10G', default: '10G', choices: ['10G', '25G'] },
      { type: 'switch', label: 'Posted', value: false, default: false },
    ]);
    expect(endSession().knobs).toEqual([]);
  });

  test.each<[KnobValues, () => unknown, RegExp]>([
    [{ Frame: 10 }, () => knob('Frame', 1514, FRAME), /knob 'Frame': 10 .* from 60 to 9014 B/],
    [{ Frame: 9015 }, () => knob('Frame', 1514, FRAME), /9015 is not a number from 60 to 9014/],
    [{ Frame: 'big' }, () => knob('Frame', 1514, FRAME), /big is not a number/],
    [{ Frame: Number.NaN }, () => knob('Frame', 1514, FRAME), /NaN is not a number/],
    [{}, () => knob('Frame', 10, FRAME), /knob 'Frame': 10 is not a number from 60 to 9014 B/],
    [{}, () => knob('Frame', 5, { min: 9, max: 1 }), /min 9 is not below max 1/],
    [
      { Line: '3G' },
      () => knob('Line', '1G', { choices: ['1G', '10G'] }),
      /3G is not one of 1G, 10G/,
    ],
    [{ On: 'yes' }, () => knob('On', false), /knob 'On': .*needs \{ min, max \}/],
  ])('%o is refused with the label and what is accepted', (given, ask, message) => {
    begin(given);
    expect(ask).toThrow(UsageError);
    expect(ask).toThrow(message);
  });

  test('two knobs of one label are refused', () => {
    begin();
    knob('Frame', 1514, FRAME);
    expect(() => knob('Frame', 1514, FRAME)).toThrow(/'Frame': there is one with this label/);
  });

  test('a label that every object has is a label like any other', () => {
    begin();
    expect(knob('toString', 5, { min: 1, max: 9 })).toBe(5);
    expect(knob('constructor', 'a', { choices: ['a'] })).toBe('a');
  });
});

test('show hands reports over at once and in order; outside a session it does nothing', () => {
  const shown = begin();
  show(text('one'));
  show(text('two'));
  expect(shown).toEqual([
    { kind: 'text', text: 'one' },
    { kind: 'text', text: 'two' },
  ]);
  endSession();
  show(text('three'));
  expect(shown).toHaveLength(2);
});
