/** Result codes of hypercalls (TLFS; Linux hvgdk_mini.h). */
export const HV_STATUS_SUCCESS = 0;
export const HV_STATUS_INVALID_HYPERCALL_CODE = 2;
export const HV_STATUS_INVALID_HYPERCALL_INPUT = 3;
export const HV_STATUS_INVALID_ALIGNMENT = 4;
export const HV_STATUS_INVALID_PARAMETER = 5;
export const HV_STATUS_ACCESS_DENIED = 6;
export const HV_STATUS_INSUFFICIENT_MEMORY = 0xb;
export const HV_STATUS_INVALID_PARTITION_ID = 0xd;
export const HV_STATUS_INVALID_VP_INDEX = 0xe;
export const HV_STATUS_INVALID_PORT_ID = 0x11;
export const HV_STATUS_INVALID_CONNECTION_ID = 0x12;
export const HV_STATUS_INSUFFICIENT_BUFFERS = 0x13;
export const HV_STATUS_NOT_ACKNOWLEDGED = 0x14;
export const HV_STATUS_INVALID_VP_STATE = 0x15;
