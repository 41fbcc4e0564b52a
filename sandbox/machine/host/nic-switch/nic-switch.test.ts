import { describe, expect, test } from 'vitest';
import { makeMac } from '../../net/frame.ts';
import { NicSwitch } from './nic-switch.ts';
import type { SwitchParameters, VfParameters } from './parameters.ts';
import {
  NDIS_INVALID_RID,
  NDIS_INVALID_VF_FUNCTION_ID,
  NDIS_PF_FUNCTION_ID,
  NDIS_STATUS_FAILURE,
  NDIS_STATUS_INVALID_PARAMETER,
  NDIS_STATUS_NOT_SUPPORTED,
  NDIS_STATUS_RESOURCES,
  NDIS_STATUS_SUCCESS,
} from './spec.ts';
import { ToldHardware } from './told-hardware.ts';

const SPLIT: SwitchParameters = {
  switchId: 0,
  vfs: 4,
  vports: 6,
  defaultQueuePairs: 2,
  queuePairsPerVPort: 2,
};
const STACK = 'vmswitch';
const VM = makeMac(1, 0);

function vfRequest(more: Partial<VfParameters> = {}): VfParameters {
  return {
    switchId: 0,
    vmName: 'vm 0',
    macAddress: VM,
    vfId: NDIS_INVALID_VF_FUNCTION_ID,
    requesterId: NDIS_INVALID_RID,
    ...more,
  };
}

const portRequest = (attachedFunctionId: number, queuePairs = 2) => ({
  switchId: 0,
  attachedFunctionId,
  queuePairs,
});

function made(capabilities = {}, split: Partial<SwitchParameters> = {}) {
  const hardware = new ToldHardware(capabilities);
  const nicSwitch = new NicSwitch(hardware);
  expect(nicSwitch.createSwitch({ ...SPLIT, ...split })).toBe(NDIS_STATUS_SUCCESS);
  return { hardware, nicSwitch };
}

/** A switch with VF 0 on a port of its own, and the VM's filter on the default port. */
function attached() {
  const rig = made();
  const { nicSwitch } = rig;
  expect(nicSwitch.allocateVf(vfRequest(), STACK)).toBe(NDIS_STATUS_SUCCESS);
  expect(nicSwitch.createVPort(portRequest(0), STACK)).toBe(NDIS_STATUS_SUCCESS);
  expect(nicSwitch.setFilter({ vportId: 0, mac: VM })).toBe(NDIS_STATUS_SUCCESS);
  return rig;
}

describe('bringing a VF up, hyperv-facts 3.4', () => {
  test('the four requests in order, and what they answer', () => {
    const { nicSwitch, hardware } = made();
    const vf = vfRequest();
    nicSwitch.setFilter({ vportId: 0, mac: VM });
    nicSwitch.allocateVf(vf, STACK);
    expect(vf).toMatchObject({ vfId: 0, requesterId: 0x0180 });
    const port = { ...portRequest(0), vportId: undefined as number | undefined };
    nicSwitch.createVPort(port, STACK);
    expect(port.vportId).toBe(1);
    expect(nicSwitch.portFor(VM)).toBe(0);
    nicSwitch.moveFilter({ filterId: 1, sourceVPortId: 0, destVPortId: 1 });
    expect(nicSwitch.portFor(VM)).toBe(1);
    expect(nicSwitch.log.records.map(({ name, oid }) => [name, oid])).toEqual([
      ['OID_NIC_SWITCH_CREATE_SWITCH', 0x10237],
      ['OID_RECEIVE_FILTER_SET_FILTER', 0x10227],
      ['OID_NIC_SWITCH_ALLOCATE_VF', 0x10245],
      ['OID_NIC_SWITCH_CREATE_VPORT', 0x10241],
      ['OID_RECEIVE_FILTER_MOVE_FILTER', 0x10230],
    ]);
    expect(hardware.calls).toEqual([
      'enableVfs 4',
      'setFilter 1 0',
      'createVPort 1 0 2',
      'moveFilter 1 0 1',
    ]);
  });

  test('away again: filter back, port, reset, function, switch', () => {
    const { nicSwitch, hardware } = attached();
    nicSwitch.moveFilter({ filterId: 1, sourceVPortId: 0, destVPortId: 1 });
    const steps = [
      nicSwitch.moveFilter({ filterId: 1, sourceVPortId: 1, destVPortId: 0 }),
      nicSwitch.deleteVPort({ vportId: 1 }, STACK),
      nicSwitch.resetVf({ vfId: 0 }),
      nicSwitch.freeVf({ vfId: 0 }, STACK),
      nicSwitch.clearFilter({ filterId: 1 }),
      nicSwitch.deleteSwitch({ switchId: 0 }),
    ];
    expect(steps).toEqual(steps.map(() => NDIS_STATUS_SUCCESS));
    expect(hardware.calls.slice(-5)).toEqual([
      'moveFilter 1 1 0',
      'deleteVPort 1',
      'resetVf 0',
      'clearFilter 1',
      'enableVfs 0',
    ]);
    expect(nicSwitch.createSwitch(SPLIT)).toBe(NDIS_STATUS_SUCCESS);
  });
});

describe('I5: the guards, and their codes', () => {
  test('FREE_VF of a function with a port, an unknown one, one never allocated, by another', () => {
    const { nicSwitch, hardware } = attached();
    const calls = hardware.calls.length;
    expect(nicSwitch.freeVf({ vfId: 0 }, STACK)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(nicSwitch.freeVf({ vfId: 99 }, STACK)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(nicSwitch.freeVf({ vfId: 1 }, STACK)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    nicSwitch.deleteVPort({ vportId: 1 }, STACK);
    expect(nicSwitch.freeVf({ vfId: 0 }, 'other')).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(nicSwitch.vfsInUse).toBe(1);
    expect(hardware.calls.slice(calls)).toEqual(['deleteVPort 1']);
    expect(nicSwitch.freeVf({ vfId: 0 }, STACK)).toBe(NDIS_STATUS_SUCCESS);
    expect(nicSwitch.freeVf({ vfId: 0 }, STACK)).toBe(NDIS_STATUS_INVALID_PARAMETER);
  });

  test('RESET_VF of a function that is not allocated does not reach the driver', () => {
    const { nicSwitch, hardware } = attached();
    expect(nicSwitch.resetVf({ vfId: 1 })).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(nicSwitch.resetVf({ vfId: 0 })).toBe(NDIS_STATUS_SUCCESS);
    expect(hardware.calls.filter((call) => call.startsWith('resetVf'))).toEqual(['resetVf 0']);
  });

  test('DELETE_SWITCH while a function is allocated, and of a switch that is not', () => {
    const { nicSwitch } = made();
    nicSwitch.allocateVf(vfRequest(), STACK);
    expect(nicSwitch.deleteSwitch({ switchId: 0 })).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(nicSwitch.deleteSwitch({ switchId: 1 })).toBe(NDIS_STATUS_INVALID_PARAMETER);
    nicSwitch.freeVf({ vfId: 0 }, STACK);
    expect(nicSwitch.deleteSwitch({ switchId: 0 })).toBe(NDIS_STATUS_SUCCESS);
    expect(nicSwitch.deleteSwitch({ switchId: 0 })).toBe(NDIS_STATUS_INVALID_PARAMETER);
  });

  test('a second switch, another identifier, a division that the adapter has not', () => {
    const { nicSwitch } = made();
    expect(nicSwitch.createSwitch(SPLIT)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    const hardware = new ToldHardware();
    const none = new NicSwitch(hardware);
    for (const wrong of [
      { switchId: 1 },
      { vfs: 64, vports: 65 },
      { vfs: 6, vports: 6 },
      { queuePairsPerVPort: 3 },
      { queuePairsPerVPort: 8 },
      { vfs: 63, vports: 64, queuePairsPerVPort: 4 },
      { vfs: Number.NaN },
      { defaultQueuePairs: 0 },
    ])
      expect(none.createSwitch({ ...SPLIT, ...wrong })).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(hardware.calls).toEqual([]);
  });

  test('one port a function; none for an unknown one, another’s, or with another number of pairs', () => {
    const { nicSwitch } = attached();
    const create = (vf: number, pairs = 2, who = STACK) =>
      nicSwitch.createVPort(portRequest(vf, pairs), who);
    expect(create(0)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(create(1)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    nicSwitch.allocateVf(vfRequest(), STACK);
    expect(create(1, 2, 'other')).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(create(1, 3)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(create(1, 4)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(create(1)).toBe(NDIS_STATUS_SUCCESS);
  });

  test('the default port cannot be deleted, nor one with filters, nor another’s', () => {
    const { nicSwitch } = attached();
    const remove = (vportId: number, who = STACK) => nicSwitch.deleteVPort({ vportId }, who);
    expect(remove(0)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    nicSwitch.moveFilter({ filterId: 1, sourceVPortId: 0, destVPortId: 1 });
    expect(remove(1)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    nicSwitch.moveFilter({ filterId: 1, sourceVPortId: 1, destVPortId: 0 });
    expect(remove(1, 'other')).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(remove(1)).toBe(NDIS_STATUS_SUCCESS);
  });

  test('an answer’s place must be empty, and stays so when there is no answer', () => {
    const { nicSwitch } = made();
    expect(nicSwitch.allocateVf(vfRequest({ vfId: 2 }), STACK)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    const refused = vfRequest({ switchId: 7 });
    expect(nicSwitch.allocateVf(refused, STACK)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(refused.vfId).toBe(NDIS_INVALID_VF_FUNCTION_ID);
  });

  test('without SR-IOV every request is not supported', () => {
    const nicSwitch = new NicSwitch(new ToldHardware({ sriov: false }));
    expect([
      nicSwitch.createSwitch(SPLIT),
      nicSwitch.allocateVf(vfRequest(), STACK),
      nicSwitch.createVPort(portRequest(0), STACK),
      nicSwitch.resetVf({ vfId: 0 }),
      nicSwitch.freeVf({ vfId: 0 }, STACK),
      nicSwitch.deleteSwitch({ switchId: 0 }),
    ]).toEqual(new Array(6).fill(NDIS_STATUS_NOT_SUPPORTED));
  });

  test('what the driver cannot do fails and changes nothing', () => {
    const { nicSwitch, hardware } = attached();
    hardware.refuses = new Set(['moveFilter', 'createVPort', 'setFilter']);
    const move = { filterId: 1, sourceVPortId: 0, destVPortId: 1 };
    expect(nicSwitch.moveFilter(move)).toBe(NDIS_STATUS_FAILURE);
    expect(nicSwitch.portFor(VM)).toBe(0);
    expect(nicSwitch.createVPort(portRequest(NDIS_PF_FUNCTION_ID), STACK)).toBe(
      NDIS_STATUS_FAILURE,
    );
    expect(nicSwitch.setFilter({ vportId: 0, mac: makeMac(1, 9) })).toBe(NDIS_STATUS_FAILURE);
    expect([nicSwitch.ports?.count, nicSwitch.filters.count]).toEqual([2, 1]);
  });
});

describe('I5: a filter moves in one step', () => {
  test('the driver is told once; a frame in the middle finds the old port, one after it the new', () => {
    const { nicSwitch, hardware } = attached();
    const seen: number[] = [];
    hardware.duringMove = () => seen.push(nicSwitch.portFor(VM));
    const before = hardware.calls.length;
    nicSwitch.moveFilter({ filterId: 1, sourceVPortId: 0, destVPortId: 1 });
    expect(hardware.calls.slice(before)).toEqual(['moveFilter 1 0 1']);
    expect([...seen, nicSwitch.portFor(VM)]).toEqual([0, 1]);
  });

  test('from another port than the filter’s, to one that is not, or of no filter', () => {
    const { nicSwitch } = attached();
    for (const [filterId, sourceVPortId, destVPortId] of [
      [1, 1, 0],
      [1, 0, 5],
      [2, 0, 1],
    ])
      expect(nicSwitch.moveFilter({ filterId, sourceVPortId, destVPortId })).toBe(
        NDIS_STATUS_INVALID_PARAMETER,
      );
    expect(nicSwitch.portFor(VM)).toBe(0);
  });
});

describe('pools', () => {
  test('functions run out, and a freed one is given again', () => {
    const { nicSwitch } = made();
    for (let i = 0; i < 4; i++) nicSwitch.allocateVf(vfRequest(), STACK);
    expect(nicSwitch.allocateVf(vfRequest(), STACK)).toBe(NDIS_STATUS_RESOURCES);
    nicSwitch.freeVf({ vfId: 2 }, STACK);
    const again = vfRequest();
    expect(nicSwitch.allocateVf(again, STACK)).toBe(NDIS_STATUS_SUCCESS);
    expect(again.vfId).toBe(2);
  });

  test('in one pool the physical function’s ports can leave a VF without one', () => {
    const { nicSwitch } = made({ singleVPortPool: true }, { vfs: 2, vports: 3 });
    const ofPf = () => nicSwitch.createVPort(portRequest(NDIS_PF_FUNCTION_ID), STACK);
    expect([ofPf(), ofPf()]).toEqual([NDIS_STATUS_SUCCESS, NDIS_STATUS_SUCCESS]);
    nicSwitch.allocateVf(vfRequest(), STACK);
    expect(nicSwitch.createVPort(portRequest(0), STACK)).toBe(NDIS_STATUS_RESOURCES);
  });

  test('otherwise a port is set aside for each function', () => {
    const { nicSwitch } = made({}, { vfs: 2, vports: 4 });
    const ofPf = () => nicSwitch.createVPort(portRequest(NDIS_PF_FUNCTION_ID), STACK);
    expect([ofPf(), ofPf()]).toEqual([NDIS_STATUS_SUCCESS, NDIS_STATUS_RESOURCES]);
    for (const vf of [0, 1]) {
      nicSwitch.allocateVf(vfRequest(), STACK);
      expect(nicSwitch.createVPort(portRequest(vf), STACK)).toBe(NDIS_STATUS_SUCCESS);
    }
  });

  test('a port of the physical function receives only once it is active', () => {
    const { nicSwitch, hardware } = made();
    nicSwitch.createVPort(portRequest(NDIS_PF_FUNCTION_ID), STACK);
    nicSwitch.setFilter({ vportId: 1, mac: VM });
    expect(nicSwitch.portFor(VM)).toBe(0);
    nicSwitch.activateVPort({ vportId: 1 });
    expect(nicSwitch.portFor(VM)).toBe(1);
    expect(hardware.calls).toContain('activateVPort 1');
  });

  test('addresses run out', () => {
    const { nicSwitch } = made({ maxMacAddresses: 64 });
    const set = (n: number, vlan?: number) =>
      nicSwitch.setFilter({ vportId: 0, mac: makeMac(1, n), vlan });
    for (let n = 0; n < 64; n++) expect(set(n)).toBe(NDIS_STATUS_SUCCESS);
    expect(set(64)).toBe(NDIS_STATUS_RESOURCES);
    expect(set(0, 5)).toBe(NDIS_STATUS_SUCCESS);
    expect(set(0, 5)).toBe(NDIS_STATUS_INVALID_PARAMETER);
    expect(set(1, 4095)).toBe(NDIS_STATUS_INVALID_PARAMETER);
  });
});
