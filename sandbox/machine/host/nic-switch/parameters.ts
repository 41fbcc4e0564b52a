import type { MacAddress } from '../../net/frame.ts';
import type { SwitchSplit } from './capabilities.ts';

/**
 * The structures that go with the requests. As in Windows, a method request answers in the structure it
 * came with: fields marked `out` hold the answer once the status is success, and are untouched otherwise.
 */

/** Who made a request: a protocol or filter driver above the physical function's, by name. */
export type Requester = string;

export interface SwitchParameters extends SwitchSplit {
  switchId: number;
}

export interface VfParameters {
  switchId: number;
  /** The partition that it is for, by name. */
  vmName: string;
  macAddress: MacAddress;
  /** Out, from 0; NDIS_INVALID_VF_FUNCTION_ID on the way in. */
  vfId: number;
  /** Out; NDIS_INVALID_RID on the way in. */
  requesterId: number;
}

export interface VPortParameters {
  switchId: number;
  /** A virtual function's id, or NDIS_PF_FUNCTION_ID. */
  attachedFunctionId: number;
  /** A power of two. */
  queuePairs: number;
  /** Out: NDIS chooses it, from 1. */
  vportId?: number;
}

export interface FilterParameters {
  vportId: number;
  mac: MacAddress;
  /** 1 to 4094; without one the filter takes untagged frames and VLAN 0. */
  vlan?: number;
  /** Out, from 1. */
  filterId?: number;
}

export interface MoveFilterParameters {
  filterId: number;
  sourceVPortId: number;
  destVPortId: number;
}

export interface ConfigSpaceParameters {
  vfId: number;
  /** Bytes, 0 to 4095. */
  offset: number;
  /** 1, 2 or 4 bytes, aligned to themselves. */
  length: number;
  /** Out of a read, in for a write. */
  value?: number;
}

export interface ConfigBlockParameters {
  vfId: number;
  /** 0 to 63. */
  blockId: number;
  /** Bytes, 1 to 128. */
  length: number;
  /** Out of a read, in for a write. */
  data?: Uint8Array;
}
