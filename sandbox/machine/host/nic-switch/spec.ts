/**
 * Numbers of Windows' SR-IOV interface, from its public headers and driver documentation (ntddndis.h,
 * NDIS 6.30): object identifiers of the requests that a physical function's driver gets, status codes,
 * and the identifiers with a meaning of their own.
 */

export const OIDS = {
  OID_RECEIVE_FILTER_SET_FILTER: 0x0001_0227,
  OID_RECEIVE_FILTER_CLEAR_FILTER: 0x0001_0228,
  OID_RECEIVE_FILTER_MOVE_FILTER: 0x0001_0230,
  OID_NIC_SWITCH_CREATE_SWITCH: 0x0001_0237,
  OID_NIC_SWITCH_DELETE_SWITCH: 0x0001_0239,
  OID_NIC_SWITCH_CREATE_VPORT: 0x0001_0241,
  OID_NIC_SWITCH_VPORT_PARAMETERS: 0x0001_0242,
  OID_NIC_SWITCH_DELETE_VPORT: 0x0001_0244,
  OID_NIC_SWITCH_ALLOCATE_VF: 0x0001_0245,
  OID_NIC_SWITCH_FREE_VF: 0x0001_0246,
  OID_SRIOV_READ_VF_CONFIG_SPACE: 0x0001_0251,
  OID_SRIOV_WRITE_VF_CONFIG_SPACE: 0x0001_0252,
  OID_SRIOV_READ_VF_CONFIG_BLOCK: 0x0001_0253,
  OID_SRIOV_WRITE_VF_CONFIG_BLOCK: 0x0001_0254,
  OID_SRIOV_RESET_VF: 0x0001_0255,
  OID_SRIOV_VF_INVALIDATE_CONFIG_BLOCK: 0x0001_0269,
} as const;
export type OidName = keyof typeof OIDS;

export const NDIS_STATUS_SUCCESS = 0;
export const NDIS_STATUS_FAILURE = 0xc000_0001;
export const NDIS_STATUS_INVALID_PARAMETER = 0xc000_000d;
export const NDIS_STATUS_RESOURCES = 0xc000_009a;
export const NDIS_STATUS_NOT_SUPPORTED = 0xc000_00bb;
export const NDIS_STATUS_INVALID_LENGTH = 0xc001_0014;

const STATUS_NAMES: ReadonlyMap<number, string> = new Map([
  [NDIS_STATUS_SUCCESS, 'NDIS_STATUS_SUCCESS'],
  [NDIS_STATUS_FAILURE, 'NDIS_STATUS_FAILURE'],
  [NDIS_STATUS_INVALID_PARAMETER, 'NDIS_STATUS_INVALID_PARAMETER'],
  [NDIS_STATUS_RESOURCES, 'NDIS_STATUS_RESOURCES'],
  [NDIS_STATUS_NOT_SUPPORTED, 'NDIS_STATUS_NOT_SUPPORTED'],
  [NDIS_STATUS_INVALID_LENGTH, 'NDIS_STATUS_INVALID_LENGTH'],
]);

/** The name of a status code, or its hexadecimal digits. */
export function statusName(status: number): string {
  return STATUS_NAMES.get(status) ?? `0x${status.toString(16)}`;
}

/** The only switch that there may be. */
export const NDIS_DEFAULT_SWITCH_ID = 0;
/** The port on the physical function that comes and goes with the switch. */
export const NDIS_DEFAULT_VPORT_ID = 0;
/** As AttachedFunctionId: the physical function. */
export const NDIS_PF_FUNCTION_ID = 0xffff;
/** What a request holds where the answer is to go. */
export const NDIS_INVALID_VF_FUNCTION_ID = 0xffff;
export const NDIS_INVALID_RID = 0xffff_ffff;

/** Bytes of a function's configuration space. */
export const CONFIGURATION_BYTES = 4096;
/** Blocks of the backchannel are named by the bits of a 64-bit mask. */
export const CONFIG_BLOCKS = 64;
/** Longest block: what a packet of the virtual PCI bus carries (content/sources, vmbus-facts). */
export const CONFIG_BLOCK_BYTES = 128;
