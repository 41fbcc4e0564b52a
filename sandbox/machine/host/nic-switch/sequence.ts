import type { MacAddress } from '../../net/frame.ts';
import type { NicSwitch } from './nic-switch.ts';
import type { Requester } from './parameters.ts';
import {
  NDIS_DEFAULT_SWITCH_ID,
  NDIS_DEFAULT_VPORT_ID,
  NDIS_INVALID_RID,
  NDIS_INVALID_VF_FUNCTION_ID,
  NDIS_STATUS_SUCCESS,
} from './spec.ts';

/** A virtual function with its port and its filter. */
export interface AttachedVf {
  vfId: number;
  requesterId: number;
  vportId: number;
  filterId: number;
  queuePairs: number;
}

/** For whom a virtual function is, and how many queue pairs its port shall have, a power of two. */
export interface VfWish {
  vmName: string;
  macAddress: MacAddress;
  queuePairs: number;
}

/**
 * Bring-up, steps 2 and 3 of hyperv-facts 3.4, with the filter still on the default port: a function, its
 * port, and frames that keep coming the software way. On failure nothing stays behind.
 * @returns what was made, or the status of the request that failed
 */
export function prepareVf(
  nicSwitch: NicSwitch,
  wish: VfWish,
  requester: Requester,
): AttachedVf | number {
  const { vmName, macAddress, queuePairs } = wish;
  const switchId = NDIS_DEFAULT_SWITCH_ID;
  const filter = { vportId: NDIS_DEFAULT_VPORT_ID, mac: macAddress, filterId: 0 };
  let status = nicSwitch.setFilter(filter);
  if (status !== NDIS_STATUS_SUCCESS) return status;
  const { filterId } = filter;
  const vf = {
    switchId,
    vmName,
    macAddress,
    vfId: NDIS_INVALID_VF_FUNCTION_ID,
    requesterId: NDIS_INVALID_RID,
  };
  status = nicSwitch.allocateVf(vf, requester);
  if (status !== NDIS_STATUS_SUCCESS) {
    nicSwitch.clearFilter({ filterId });
    return status;
  }
  const { vfId, requesterId } = vf;
  const port = { switchId, attachedFunctionId: vfId, queuePairs, vportId: 0 };
  status = nicSwitch.createVPort(port, requester);
  if (status !== NDIS_STATUS_SUCCESS) {
    nicSwitch.freeVf({ vfId }, requester);
    nicSwitch.clearFilter({ filterId });
    return status;
  }
  return { vfId, requesterId, vportId: port.vportId, filterId, queuePairs };
}

/** Step 4: frames come in through the function from now on. @returns the request's status */
export function moveToVf(nicSwitch: NicSwitch, { filterId, vportId }: AttachedVf): number {
  return nicSwitch.moveFilter({
    filterId,
    sourceVPortId: NDIS_DEFAULT_VPORT_ID,
    destVPortId: vportId,
  });
}

/** The first step of the way back: frames come in through the default port again. */
export function moveToDefault(nicSwitch: NicSwitch, { filterId, vportId }: AttachedVf): number {
  return nicSwitch.moveFilter({
    filterId,
    sourceVPortId: vportId,
    destVPortId: NDIS_DEFAULT_VPORT_ID,
  });
}

/**
 * The rest of the way back, in the order in which nothing is lost: port, reset, function. The filter stays
 * on the default port.
 * @returns the status of the first request that fails, after which no other is made
 */
export function releaseVf(nicSwitch: NicSwitch, vf: AttachedVf, requester: Requester): number {
  const { vfId, vportId } = vf;
  for (const step of [
    () => nicSwitch.deleteVPort({ vportId }, requester),
    () => nicSwitch.resetVf({ vfId }),
    () => nicSwitch.freeVf({ vfId }, requester),
  ]) {
    const status = step();
    if (status !== NDIS_STATUS_SUCCESS) return status;
  }
  return NDIS_STATUS_SUCCESS;
}
