import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainProgram } from '../../../sandbox/runner/plain.ts';
import { conflictsOf } from './conflicts.ts';
import { FIELDS, type Field, type Panels, panelsFrom, problemOf, usualPanels } from './fields.ts';
import { write } from './write.ts';

const written = (changes: Panels) => write({ ...usualPanels(), ...changes });

describe('the code that the panels write', () => {
  test('is the compiled cell, as long as nobody touched them', () => {
    const cell = readFileSync('lessons/playground/cells/machine.ts', 'utf8');
    expect(write(usualPanels())).toBe(cell);
  });

  test.each<[Panels, string]>([
    [{ switchIov: true }, "vmSwitch: { name: 'External', enableIov: true },"],
    [{ adapterIov: true }, 'adapter: { iovWeight: 100, queues: 1 },'],
    [{ kind: 'legacy', adapterIov: true, queues: 4 }, 'adapter: { legacy: true },'],
    [{ limit: 100 }, 'queues: 1, maximumBandwidth: 100000000 },'],
    [{ vmq: false, queues: 2, vrss: false }, 'queues: 2, vmqWeight: 0, vrssEnabled: false },'],
    [{ lacks: 'acs' }, "line: '10G', capabilities: { acs: false } },"],
    [{ vfs: 2 }, 'capabilities: { virtualFunctions: 2, virtualPorts: 3 },'],
    [
      { mitigations: 'on', posted: 'off' },
      '    mitigations: true,\n    postedInterrupts: false,\n  },',
    ],
    [{ traffic: 'imix' }, "workload: { direction: 'tx', load: 'max', sizes: 'imix', seed: 1 },"],
    [{ load: 'rate', rate: 9 }, "direction: 'tx', load: 9, frame: 1514,"],
    [{ load: 'paced', arrivals: 'poisson' }, "frame: 1514, arrivals: 'poisson', seed: 1"],
    [{ direction: 'rr', inFlight: 8 }, "direction: 'rr', load: 'max', frame: 1514, inFlight: 8"],
    [{ traffic: 'bulk', load: 'paced' }, "{ direction: 'tx', frame: 1514, bulk: {}, seed: 1 },"],
    [{ traffic: 'bulk', coalescing: true }, 'bulk: { coalescing: true }'],
    [{ length: 'durationMs', durationMs: 5 }, 'durationMs: 5, seed: 1'],
    [{ length: 'amount', amount: 70 }, 'frames: 70, seed: 1'],
    [{ appShare: 30 }, 'appShare: 0.3, seed: 1'],
    [{ native: true, emulated: false }, "beside: ['native', 'vmbus', 'sriov'],"],
    [{ switchName: "Bob's \\ switch" }, "name: 'Bob\\'s \\\\ switch', enableIov"],
  ])('%j', (changes, line) => {
    expect(written(changes)).toContain(line);
  });

  test('leaves out what does not go together with a bulk transfer', () => {
    expect(written({ traffic: 'bulk' })).toContain("beside: ['vmbus', 'sriov'],");
  });

  test('is always plain data, whatever the panels say, and no line is too wide', () => {
    fc.assert(
      fc.property(
        fc.record(Object.fromEntries(FIELDS.map((f) => [f.name, anyOf(f)]))),
        (panels) => {
          expect(panelsFrom(panels)).toEqual(panels);
          const text = write(panels as Panels);
          expect(plainProgram('machine.ts', text)?.called).toBe('runMachine');
          expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(
            100,
          );
        },
      ),
    );
  });
});

function anyOf(field: Field): fc.Arbitrary<unknown> {
  if (field.type === 'box') return fc.boolean();
  if (field.type === 'number') return fc.integer({ min: field.min, max: field.max });
  if (field.type === 'choice') return fc.constantFrom(...field.choices.map(([value]) => value));
  return fc
    .string({ minLength: 1, maxLength: field.longest, unit: 'grapheme' })
    .filter((text) => problemOf(field, text) === undefined);
}

describe('settings that do not go together are named', () => {
  const named = (changes: Panels) =>
    conflictsOf({ ...usualPanels(), ...changes }, false).map(({ name }) => name);

  test.each<[Panels, string[]]>([
    [{}, []],
    [{ profile: 'own' }, ['profile']],
    [{ traffic: 'bulk' }, []],
    [{ traffic: 'bulk', kind: 'legacy' }, ['traffic']],
    [{ traffic: 'bulk', direction: 'rr' }, ['direction']],
    [{ traffic: 'bulk', frame: 639 }, ['frame']],
    [{ direction: 'rr', inFlight: 64, vms: 7 }, ['inFlight']],
    [{ direction: 'rr', inFlight: 64, vms: 3, queues: 2 }, []],
    [{ direction: 'rr', inFlight: 64, vms: 6, queues: 2, kind: 'legacy' }, []],
  ])('%j', (changes, names) => {
    expect(named(changes)).toEqual(names);
  });
});

describe('panels that were kept are checked', () => {
  test.each([
    [undefined],
    [null],
    ['<script>'],
    [[]],
    [JSON.parse('{"__proto__":{"vms":3},"constructor":1,"vms":"4","line":"3G","vmq":0}')],
    [{ vms: 61, rootCores: 0.5, frame: Number.NaN, switchName: 'a\nb', kind: 'magic' }],
    [{ switchName: 'x'.repeat(41) }],
  ])('%j', (value) => {
    expect(panelsFrom(value)).toEqual(usualPanels());
  });

  test('what is good stays', () => {
    expect(panelsFrom({ vms: 4, line: '3G', more: 1 })).toEqual({ ...usualPanels(), vms: 4 });
  });
});
