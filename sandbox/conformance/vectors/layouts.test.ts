import { expect, test } from 'vitest';
import { structure } from '../../machine/memory/structure.ts';
import { compareLayouts } from './layouts.ts';
import { recordedLayouts } from './recorded.ts';
import { STRUCTURES } from './structures.ts';

const table = recordedLayouts();
const DESCRIPTOR = {
  type: [0, 2],
  offset8: [2, 2],
  len8: [4, 2],
  flags: [6, 2],
  trans_id: [8, 8],
} as const;

test('every structure of the machine is in the table, and as the table has it', () => {
  const report = compareLayouts(table, STRUCTURES);
  expect(report.differences).toEqual([]);
  expect(report.structs).toBe(new Set(STRUCTURES.map(({ name }) => name)).size);
  expect(report.structs + report.notModelled.length).toBe(280);
  expect(report.fieldsCompared).toBeGreaterThan(2000);
});

/** What the software devices of the machine need: all structures of the table that are called so. */
const NEEDED =
  /^(vmbus_channel_|vmpacket_|vmdata_|vmtransfer_|vmgpadl_|gpa_range|hv_ring_|hv_monitor_|hv_message|hv_synic_(event_flags|s)|hv_x64_.*_message$|hv_x64_intercept_|nvsp_|rndis_)/;

test('rings, channel messages, SynIC, intercepts, NVSP and RNDIS are modelled without a gap', () => {
  const { notModelled } = compareLayouts(table, STRUCTURES);
  expect(notModelled.filter((name) => NEEDED.test(name))).toEqual([]);
});

test('no structure stands in the lists twice', () => {
  const names = STRUCTURES.map(({ name }) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test.each([
  ['size', 24, DESCRIPTOR, { field: '', table: '16', model: '24' }],
  ['place', 16, { ...DESCRIPTOR, flags: [7, 2] }, { field: 'flags', model: 'offset 7, 2 bytes' }],
  ['place', 16, { ...DESCRIPTOR, flags: [6, 1] }, { field: 'flags', table: 'offset 6, 2 bytes' }],
  ['place', 16, { ...DESCRIPTOR, flags: [6, 0, 0, 1] }, { model: 'offset 6, 1 bits from bit 0' }],
  ['surplus', 16, { ...DESCRIPTOR, spare: [12, 4] }, { field: 'spare', table: 'none' }],
] as const)('a difference of %s is found', (what, size, fields, wanted) => {
  const { differences, structs } = compareLayouts(table, [
    structure('vmpacket_descriptor', size, fields),
  ]);
  expect(differences).toMatchObject([{ struct: 'vmpacket_descriptor', what, ...wanted }]);
  expect(structs).toBe(1);
});

test('a field that the model lacks is found; a whole stands for its members, and they for it', () => {
  const { type: _, ...rest } = DESCRIPTOR;
  const missing = compareLayouts(table, [structure('vmpacket_descriptor', 16, rest)]);
  expect(missing.differences).toMatchObject([{ what: 'missing', field: 'type', model: 'none' }]);
  const whole = structure('vmpacket_header', 20, {
    prev_pkt_start_offset: [0, 4],
    descriptor: [4, 16],
  });
  expect(compareLayouts(table, [whole]).differences).toEqual([]);
});
