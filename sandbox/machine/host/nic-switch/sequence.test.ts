import { describe, expect, test } from 'vitest';
import { makeMac } from '../../net/frame.ts';
import { NicSwitch } from './nic-switch.ts';
import { type AttachedVf, moveToDefault, moveToVf, prepareVf, releaseVf } from './sequence.ts';
import {
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_PARAMETER,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from './spec.ts';
import { ToldHardware } from './told-hardware.ts';

const MAC = makeMac(1, 0);
const WISH = { vmName: 'vm 0', macAddress: MAC, queuePairs: 2 };
const STACK = 'vmswitch';

function created(vfs = 2) {
  const hardware = new ToldHardware({ asymmetricQueuePairs: true });
  const nicSwitch = new NicSwitch(hardware);
  const split = { vfs, vports: vfs + 1, defaultQueuePairs: 1, queuePairsPerVPort: 2 };
  nicSwitch.createSwitch({ switchId: 0, ...split });
  return { hardware, nicSwitch };
}

describe('hyperv-facts 3.4', () => {
  test('until the filter has moved, frames come in through the default port', () => {
    const { nicSwitch } = created();
    const vf = prepareVf(nicSwitch, WISH, STACK) as AttachedVf;
    expect(vf).toEqual({ vfId: 0, requesterId: 0x180, vportId: 1, filterId: 1, queuePairs: 2 });
    expect(nicSwitch.portFor(MAC)).toBe(0);
    expect(moveToVf(nicSwitch, vf)).toBe(NDIS_STATUS_SUCCESS);
    expect(nicSwitch.portFor(MAC)).toBe(1);
  });

  test('back: filter, port, reset, function, and frames find a port all the while', () => {
    const { nicSwitch, hardware } = created();
    const vf = prepareVf(nicSwitch, WISH, STACK) as AttachedVf;
    moveToVf(nicSwitch, vf);
    const before = hardware.calls.length;
    expect(releaseVf(nicSwitch, vf, STACK)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(hardware.calls).toHaveLength(before);
    expect(moveToDefault(nicSwitch, vf)).toBe(NDIS_STATUS_SUCCESS);
    expect(releaseVf(nicSwitch, vf, STACK)).toBe(NDIS_STATUS_SUCCESS);
    expect(hardware.calls.slice(before)).toEqual([
      'moveFilter 1 1 0',
      'deleteVPort 1',
      'resetVf 0',
    ]);
    expect([nicSwitch.portFor(MAC), nicSwitch.vfsInUse]).toEqual([0, 0]);
  });
});

describe('what fails leaves nothing behind', () => {
  test('no function left', () => {
    const { nicSwitch } = created(1);
    prepareVf(nicSwitch, WISH, STACK);
    const other = { ...WISH, macAddress: makeMac(1, 1) };
    expect(prepareVf(nicSwitch, other, STACK)).toBe(NDIS_STATUS_RESOURCES);
    expect([nicSwitch.vfsInUse, nicSwitch.filters.count]).toEqual([1, 1]);
  });

  test('the driver makes no port', () => {
    const { nicSwitch, hardware } = created();
    hardware.refuses.add('createVPort');
    expect(prepareVf(nicSwitch, WISH, STACK)).toBe(NDIS_STATUS_FAILURE);
    expect([nicSwitch.vfsInUse, nicSwitch.filters.count, nicSwitch.ports?.count]).toEqual([
      0, 0, 1,
    ]);
  });

  test('an address that is taken', () => {
    const { nicSwitch } = created();
    prepareVf(nicSwitch, WISH, STACK);
    expect(prepareVf(nicSwitch, WISH, STACK)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(nicSwitch.vfsInUse).toBe(1);
  });
});
