import { describe, expect, test } from 'vitest';
import { makeMac } from '../../net/frame.ts';
import { NicSwitch } from './nic-switch.ts';
import {
  NDIS_INVALID_RID,
  NDIS_INVALID_VF_FUNCTION_ID,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_LENGTH,
  NDIS_STATUS_INVALID_PARAMETER,
  NDIS_STATUS_SUCCESS,
} from './spec.ts';
import { ToldHardware } from './told-hardware.ts';

function withTwoVfs() {
  const hardware = new ToldHardware();
  const nicSwitch = new NicSwitch(hardware);
  const split = { vfs: 4, vports: 5, defaultQueuePairs: 1, queuePairsPerVPort: 1 };
  nicSwitch.createSwitch({ switchId: 0, ...split });
  for (let n = 0; n < 2; n++)
    nicSwitch.allocateVf(
      {
        switchId: 0,
        vmName: `vm ${n}`,
        macAddress: makeMac(1, n),
        vfId: NDIS_INVALID_VF_FUNCTION_ID,
        requesterId: NDIS_INVALID_RID,
      },
      'vmswitch',
    );
  return { hardware, nicSwitch, functions: nicSwitch.functions };
}

describe('configuration space, through the physical function’s driver', () => {
  test('a write and a read reach it, one request each', () => {
    const { functions, hardware } = withTwoVfs();
    const write = { vfId: 1, offset: 0x3c, length: 4, value: 0xfedc_ba98 };
    expect(functions.writeConfigSpace(write)).toBe(NDIS_STATUS_SUCCESS);
    const read = { vfId: 1, offset: 0x3e, length: 2, value: undefined as number | undefined };
    expect(functions.readConfigSpace(read)).toBe(NDIS_STATUS_SUCCESS);
    expect(read.value).toBe(0xfedc);
    expect(hardware.calls.slice(-2)).toEqual([
      'writeVfConfiguration 1 60 4',
      'readVfConfiguration 1 62 2',
    ]);
  });

  test.each([
    [{ vfId: 2, offset: 0, length: 4 }, NDIS_STATUS_INVALID_PARAMETER],
    [{ vfId: 0, offset: 4096, length: 4 }, NDIS_STATUS_INVALID_PARAMETER],
    [{ vfId: 0, offset: -4, length: 4 }, NDIS_STATUS_INVALID_PARAMETER],
    [{ vfId: 0, offset: 2, length: 4 }, NDIS_STATUS_INVALID_PARAMETER],
    [{ vfId: 0, offset: Number.NaN, length: 1 }, NDIS_STATUS_INVALID_PARAMETER],
    [{ vfId: 0, offset: 0, length: 3 }, NDIS_STATUS_INVALID_LENGTH],
    [{ vfId: 0, offset: 0, length: 0 }, NDIS_STATUS_INVALID_LENGTH],
  ])('%o is refused before the driver sees it', (request, status) => {
    const { functions, hardware } = withTwoVfs();
    const calls = hardware.calls.length;
    expect(functions.readConfigSpace({ ...request })).toBe(status);
    expect(functions.writeConfigSpace({ ...request, value: 1 })).toBe(status);
    expect(hardware.calls).toHaveLength(calls);
  });

  test('a driver without such a space fails', () => {
    const { functions, hardware } = withTwoVfs();
    hardware.refuses.add('readVfConfiguration');
    expect(functions.readConfigSpace({ vfId: 0, offset: 0, length: 4 })).toBe(NDIS_STATUS_FAILURE);
  });
});

describe('the backchannel, hyperv-facts 3.5', () => {
  test('blocks are written and read, each function’s own', () => {
    const { functions } = withTwoVfs();
    const data = Uint8Array.of(1, 2, 3, 4);
    const write = { vfId: 0, blockId: 5, length: 3, data };
    expect(functions.writeConfigBlock(write)).toBe(NDIS_STATUS_SUCCESS);
    const read = { vfId: 0, blockId: 5, length: 3, data: undefined as Uint8Array | undefined };
    expect(functions.readConfigBlock(read)).toBe(NDIS_STATUS_SUCCESS);
    expect(read.data).toEqual(Uint8Array.of(1, 2, 3));
    const other = { vfId: 1, blockId: 5, length: 3, data: undefined as Uint8Array | undefined };
    functions.readConfigBlock(other);
    expect(other.data).toEqual(new Uint8Array(3));
  });

  test.each([
    [{ vfId: 3, blockId: 0, length: 4 }, NDIS_STATUS_INVALID_PARAMETER],
    [{ vfId: 0, blockId: 64, length: 4 }, NDIS_STATUS_INVALID_PARAMETER],
    [{ vfId: 0, blockId: 0.5, length: 4 }, NDIS_STATUS_INVALID_PARAMETER],
    [{ vfId: 0, blockId: 0, length: 129 }, NDIS_STATUS_INVALID_LENGTH],
    [{ vfId: 0, blockId: 0, length: 0 }, NDIS_STATUS_INVALID_LENGTH],
  ])('%o is refused', (request, status) => {
    const { functions } = withTwoVfs();
    expect(functions.readConfigBlock({ ...request })).toBe(status);
    expect(functions.writeConfigBlock({ ...request, data: new Uint8Array(200) })).toBe(status);
  });

  test('a write of more bytes than it brings is too short', () => {
    const { functions } = withTwoVfs();
    const write = { vfId: 0, blockId: 0, length: 8, data: new Uint8Array(7) };
    expect(functions.writeConfigBlock(write)).toBe(NDIS_STATUS_INVALID_LENGTH);
  });

  test('changes are added up until the guest asks: two may be told as one', () => {
    const { functions } = withTwoVfs();
    const told: number[] = [];
    functions.invalidated = (vf) => told.push(vf);
    functions.invalidate(0, { low: 1, high: 0 });
    functions.invalidate(0, { low: 1, high: 0 });
    functions.invalidate(0, { low: 0x8000_0000, high: 2 });
    expect(told).toEqual([0]);
    expect(functions.takeInvalidation(0)).toEqual({ low: 0x8000_0001, high: 2 });
    expect(functions.takeInvalidation(0)).toEqual({ low: 0, high: 0 });
    functions.invalidate(0, { low: 4, high: 0 });
    expect(told).toEqual([0, 0]);
  });

  test('nothing is told of a function that is not allocated, nor after it was freed', () => {
    const { functions, nicSwitch } = withTwoVfs();
    const told: number[] = [];
    functions.invalidated = (vf) => told.push(vf);
    functions.invalidate(3, { low: 1, high: 0 });
    functions.invalidate(1, { low: 0, high: 0 });
    expect(told).toEqual([]);
    functions.invalidate(1, { low: 1, high: 0 });
    nicSwitch.freeVf({ vfId: 1 }, 'vmswitch');
    expect(functions.takeInvalidation(1)).toEqual({ low: 0, high: 0 });
  });
});

test('the log keeps the newest thousand', () => {
  const { nicSwitch } = withTwoVfs();
  for (let i = 0; i < 1500; i++) nicSwitch.resetVf({ vfId: 0 });
  expect(nicSwitch.log.records).toHaveLength(1000);
  expect(nicSwitch.log.records[0].name).toBe('OID_SRIOV_RESET_VF');
});
