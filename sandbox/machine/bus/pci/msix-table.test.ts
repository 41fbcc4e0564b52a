import { expect, test } from 'vitest';
import { MSIX_PBA, MsixTable } from './msix-table.ts';

function newTable(vectors: number) {
  const sent: [address: number, data: number, at: number][] = [];
  const table = new MsixTable(vectors, (address, data, at) => sent.push([address, data, at]));
  return { table, sent };
}

/** The sequence of a driver: enabled and masked, entries written, unmasked. */
function program(table: MsixTable, vector: number, address: number, data: number): void {
  table.write32(16 * vector, address % 2 ** 32);
  table.write32(16 * vector + 4, Math.floor(address / 2 ** 32));
  table.write32(16 * vector + 8, data);
  table.write32(16 * vector + 12, 0);
}

test('after a reset every entry is masked and nothing is pending', () => {
  const { table } = newTable(3);
  expect([0, 4, 8, 12, 28, 44].map((at) => table.read32(at))).toEqual([0, 0, 0, 1, 1, 1]);
  expect(table.read32(MSIX_PBA)).toBe(0);
});

test('a vector sends address and data of its entry; the two low address bits do not stick', () => {
  const { table, sent } = newTable(3);
  table.functionEnable(true, false);
  program(table, 1, 0x1_fee0_0ff3, 0x4031);
  table.signal(1, 700);
  expect(sent).toEqual([[0x1_fee0_0ff0, 0x4031, 700]]);
});

test('masked, by itself or with the function, a vector waits in the pending bits', () => {
  const { table, sent } = newTable(40);
  table.signal(35, 1);
  expect(table.read32(MSIX_PBA + 4)).toBe(0);
  table.functionEnable(true, true);
  program(table, 35, 0xfee00000, 7);
  table.signal(35, 2);
  table.signal(2, 3);
  expect([table.read32(MSIX_PBA), table.read32(MSIX_PBA + 4)]).toEqual([4, 8]);
  table.functionEnable(true, false, 4);
  expect(sent).toEqual([[0xfee00000, 7, 4]]);
  table.write32(16 * 2 + 12, 0, 5);
  expect(sent[1]).toEqual([0, 0, 5]);
  expect([table.read32(MSIX_PBA), table.read32(MSIX_PBA + 4)]).toEqual([0, 0]);
});

test('the pending bits and what lies beyond the table cannot be written', () => {
  const { table, sent } = newTable(2);
  for (const offset of [32, 0x1ff0, MSIX_PBA, MSIX_PBA + 64, 2 ** 33, -4])
    table.write32(offset, 0xffffffff);
  expect(table.read32(MSIX_PBA)).toBe(0);
  expect(table.read32(32)).toBe(0);
  table.functionEnable(true, false);
  table.signal(2, 0);
  expect(sent).toEqual([]);
});
