/**
 * Where the management system looks to find out what a host can do: offsets and bits of registers and
 * firmware tables. Sources by name of the public specification.
 */

/** IA32_VMX_PROCBASED_CTLS2, bits 63:32 as one word: which secondary controls may be set (Intel SDM). */
export const CONTROL_ENABLE_EPT = 1 << 1;

/**
 * A host bridge's CAPID0 register and its bit "VT-d disabled", set where the chipset has no remapping
 * hardware. Offset and bit are those of Intel's client processors; where Windows looks is not public, and
 * other chipsets differ: unverified.
 */
export const BRIDGE_CAPID0 = 0xe4;
export const CAPID0_NO_REMAPPING = 1 << 23;

/** Registers of a DMA remapping unit (Intel VT-d): version, extended capabilities. */
export const REMAPPING_VERSION = 0x00;
export const REMAPPING_EXTENDED_CAPABILITIES = 0x10;
export const ECAP_INTERRUPT_REMAPPING = 1 << 3;

/** Header that every ACPI table has: signature 4, length 4, revision 1, checksum 1, then names. */
export const TABLE_LENGTH = 4;
export const TABLE_CHECKSUM = 9;
export const TABLE_HEADER = 36;

/** DMAR (VT-d, "BIOS considerations"): flags, and structures that begin with type and length. */
export const DMAR_FLAGS = 37;
export const DMAR_INTERRUPT_REMAPPING = 1 << 0;
export const DMAR_STRUCTURES = 48;
/** Type 0: a remapping unit; its registers' base address, 64 bits, at 8. */
export const DMAR_UNIT = 0;
export const DMAR_UNIT_BASE = 8;
export const DMAR_UNIT_BYTES = 16;

/** MCFG (PCI Firmware Specification): entries of 16 bytes: base 64 bits, segment, first and last bus. */
export const MCFG_ENTRIES = 44;
export const MCFG_ENTRY_BYTES = 16;

/** _OSC of a PCI root bridge (PCI Firmware Specification): bits of the control field. */
export const OSC_NATIVE_HOT_PLUG = 1 << 0;
export const OSC_POWER_EVENTS = 1 << 2;
export const OSC_ERROR_REPORTING = 1 << 3;
/** The system may write the PCI Express capability structures, and those that are used with them. */
export const OSC_EXPRESS_CAPABILITIES = 1 << 4;
