/** The input of HvRetargetDeviceInterrupt (TLFS): masks, and sparse sets of processors. */
import { describe, expect, test } from 'vitest';
import { RETARGET_DEVICE_INTERRUPT } from './device-interrupt-structures.ts';
import {
  decodeRetarget,
  encodeRetarget,
  SET_ALL,
  SET_SPARSE,
  TARGET_PROCESSOR_SET,
} from './retarget.ts';

const REQUEST = {
  partition: undefined,
  deviceId: 0x12345678,
  address: 0xfee00000,
  data: 0x4033,
  vector: 0x33,
  processors: [0, 5, 63],
};

/** An input whose processors stand in a set. */
function withSet(format: number, valid: bigint, banks: bigint[]): Uint8Array {
  const { size, at } = RETARGET_DEVICE_INTERRUPT;
  const input = new Uint8Array(size + 8 * banks.length);
  input.set(encodeRetarget(REQUEST));
  const view = new DataView(input.buffer);
  view.setUint32(at['int_target.flags'], TARGET_PROCESSOR_SET, true);
  view.setBigUint64(at['int_target.vp_set.format'], BigInt(format), true);
  view.setBigUint64(at['int_target.vp_set.valid_bank_mask'], valid, true);
  for (const [i, bank] of banks.entries()) view.setBigUint64(size + 8 * i, bank, true);
  return input;
}

test('a mask of 64 processors', () => {
  expect(decodeRetarget(encodeRetarget(REQUEST))).toEqual(REQUEST);
});

test('another partition is named by its number', () => {
  expect(decodeRetarget(encodeRetarget({ ...REQUEST, partition: 3 }))?.partition).toBe(3);
});

describe('a set', () => {
  test('of banks: bank n holds processors from 64 n on', () => {
    const input = withSet(SET_SPARSE, 0b101n, [0b10n, 0b1001n]);
    expect(decodeRetarget(input)?.processors).toEqual([1, 128, 131]);
  });

  test('of all', () => {
    expect(decodeRetarget(withSet(SET_ALL, 0n, []))?.processors).toBeUndefined();
  });

  test.each([
    ['fewer banks than it says', withSet(SET_SPARSE, 0b111n, [1n])],
    ['more banks than it says', withSet(SET_SPARSE, 0n, [1n])],
    ['a form that there is not', withSet(7, 1n, [1n])],
  ])('with %s is refused', (_what, input) => {
    expect(decodeRetarget(input)).toBeUndefined();
  });
});

test('an interrupt that is no message is refused', () => {
  const input = encodeRetarget(REQUEST);
  input[RETARGET_DEVICE_INTERRUPT.at['int_entry.source']] = 2;
  expect(decodeRetarget(input)).toBeUndefined();
});
