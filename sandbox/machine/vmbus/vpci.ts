/**
 * Messages of the virtual PCI bus by number, its versions and its statuses. Source: the VMBus facts in
 * content/sources, section 7.
 */

/** Versions, newest first: 1.4, 1.3, 1.2, 1.1. */
export const VPCI_VERSION_11 = 0x10001;
export const VPCI_VERSION_12 = 0x10002;
export const VPCI_VERSION_13 = 0x10003;
export const VPCI_VERSION_14 = 0x10004;
export const VPCI_VERSIONS: readonly number[] = [
  VPCI_VERSION_14,
  VPCI_VERSION_13,
  VPCI_VERSION_12,
  VPCI_VERSION_11,
];

export const PCI_BUS_RELATIONS_TYPE = 0x42490000;
export const PCI_QUERY_BUS_RELATIONS = 0x42490001;
export const PCI_POWER_STATE_CHANGE = 0x42490004;
export const PCI_QUERY_RESOURCE_REQUIREMENTS = 0x42490005;
export const PCI_BUS_D0ENTRY = 0x42490007;
export const PCI_BUS_D0EXIT = 0x42490008;
export const PCI_READ_BLOCK_TYPE = 0x42490009;
export const PCI_WRITE_BLOCK_TYPE = 0x4249000a;
export const PCI_EJECT = 0x4249000b;
export const PCI_EJECTION_COMPLETE = 0x4249000f;
export const PCI_RESOURCES_ASSIGNED_TYPE = 0x42490010;
export const PCI_RESOURCES_RELEASED = 0x42490011;
export const PCI_INVALIDATE_BLOCK = 0x42490012;
export const PCI_QUERY_PROTOCOL_VERSION = 0x42490013;
export const PCI_CREATE_INTERRUPT_MESSAGE = 0x42490014;
export const PCI_DELETE_INTERRUPT_MESSAGE = 0x42490015;
export const PCI_RESOURCES_ASSIGNED2_TYPE = 0x42490016;
export const PCI_CREATE_INTERRUPT_MESSAGE2 = 0x42490017;
export const PCI_DELETE_INTERRUPT_MESSAGE2 = 0x42490018;
export const PCI_BUS_RELATIONS2_TYPE = 0x42490019;
export const PCI_RESOURCES_ASSIGNED3 = 0x4249001a;
export const PCI_CREATE_INTERRUPT_MESSAGE3 = 0x4249001b;

/** Statuses of Windows that the replies carry. */
export const NT_SUCCESS = 0;
export const NT_INVALID_PARAMETER = 0xc000000d;
export const NT_REVISION_MISMATCH = 0xc0000059;
export const NT_INSUFFICIENT_RESOURCES = 0xc000009a;
export const NT_NOT_SUPPORTED = 0xc00000bb;
export const NT_INVALID_DEVICE_STATE = 0xc0000184;

/** The region for configuration: a page that selects a function by its slot, and a page that is its space. */
export const CONFIG_WINDOW_BYTES = 0x2000;
export const CONFIG_SELECT = 0;
export const CONFIG_SPACE = 0x1000;

/** Bytes that a configuration block has at most. */
export const MAX_BLOCK_BYTES = 128;
export const BARS = 6;
/** Processors that a message about an interrupt can name. */
export const MAX_INTERRUPT_PROCESSORS = 32;

/** Windows' encoding of a slot: device in bits 4:0, function in 7:5. */
export function windowsSlot(device: number, fn: number): number {
  return (device & 0x1f) | ((fn & 7) << 5);
}

/**
 * A function's number in HvRetargetDeviceInterrupt, from the 16 bytes of its channel's instance and its slot.
 * Source: the Linux guest, which takes bytes 4 to 7.
 */
export function vpciDeviceId(instance: Uint8Array, slot: number): number {
  const low = (instance[7] << 8) | (instance[6] & 0xf8) | ((slot >>> 5) & 7);
  return (((instance[5] << 24) | (instance[4] << 16)) >>> 0) + low;
}
