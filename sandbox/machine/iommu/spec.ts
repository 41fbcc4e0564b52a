/**
 * Layouts and numbers of Intel VT-d (Architecture Specification, chapters 9 and 10; legacy mode) as far as
 * the model has them. Offsets in bytes, masks within a 32-bit word.
 */

/** Host address width of this model, in bits: address bits above it are reserved in every entry. */
export const HOST_ADDRESS_WIDTH = 46;
/** Bits of a high word that hold address bits, and those that are reserved up to bit 51. */
export const HIGH_ADDRESS = 0x3fff;
export const HIGH_RESERVED = 0x000fc000;
/** Entries of a root, context or second-level table. */
export const ROOT_ENTRY_BYTES = 16;
export const CONTEXT_ENTRY_BYTES = 16;
export const TABLE_ENTRIES = 512;
export const TABLE_ENTRY_BYTES = 8;
/** Bytes that an entry of level 1 to 4 covers; n levels together cover what stands at n + 1. */
export const LEVEL_SPAN: readonly number[] = [0, 2 ** 12, 2 ** 21, 2 ** 30, 2 ** 39, 2 ** 48];

// Root entry, 128 bits (9.1): present, context-table pointer.
export const ROOT_PRESENT = 1;
// Context entry, 128 bits (9.3): low word, then the third word (bits 64 and up).
export const CONTEXT_PRESENT = 1;
export const CONTEXT_FAULT_DISABLE = 1 << 1;
export const CONTEXT_TYPE_SHIFT = 2;
export const CONTEXT_TYPE_MASK = 3;
/** Translation types: through the second-level tables, and unchanged. */
export const TYPE_TRANSLATE = 0;
export const TYPE_PASS_THROUGH = 2;
export const CONTEXT_RESERVED_LOW = 0xff0;
export const CONTEXT_WIDTH_MASK = 7;
/** Adjusted guest address width: 39 bits in three levels, 48 bits in four. */
export const WIDTH_39 = 1;
export const WIDTH_48 = 2;
export const CONTEXT_DOMAIN_SHIFT = 8;
/** Bit 71, and 88 and up. */
export const CONTEXT_RESERVED_HIGH = 0xff000080;

// Second-level entry, 64 bits (9.8): permission bits, page size, snoop, transient mapping.
export const DMA_READ = 1;
export const DMA_WRITE = 2;
export const ENTRY_LARGE = 1 << 7;
/** Snoop behaviour: reserved while the capability says that it is not supported. */
export const ENTRY_SNOOP = 1 << 11;

// Fault reasons (chapter 7.2 and appendix of fault reason encodings), legacy mode.
export const FAULT_ROOT_NOT_PRESENT = 0x1;
export const FAULT_CONTEXT_NOT_PRESENT = 0x2;
export const FAULT_CONTEXT_INVALID = 0x3;
export const FAULT_BEYOND_WIDTH = 0x4;
export const FAULT_WRITE = 0x5;
export const FAULT_READ = 0x6;
export const FAULT_TABLE_ACCESS = 0x7;
export const FAULT_ROOT_ACCESS = 0x8;
export const FAULT_CONTEXT_ACCESS = 0x9;
export const FAULT_ROOT_RESERVED = 0xa;
export const FAULT_CONTEXT_RESERVED = 0xb;
export const FAULT_TABLE_RESERVED = 0xc;
export const FAULT_BLOCKED = 0xd;
export const FAULT_MESSAGE_RESERVED = 0x20;
export const FAULT_INDEX = 0x21;
export const FAULT_IRTE_NOT_PRESENT = 0x22;
export const FAULT_IRTE_ACCESS = 0x23;
export const FAULT_IRTE_RESERVED = 0x24;
export const FAULT_COMPATIBILITY = 0x25;
export const FAULT_SOURCE = 0x26;
// Not VT-d's, and in no record: a read, or a write that is no message, to the interrupt range (unverified,
// see README); a good translation to where no memory is; a request that ACS blocks on its way.
export const FAULT_INTERRUPT_RANGE = 0x100;
export const FAULT_NO_MEMORY = 0x101;

/** What each reason number means, in the words of this model. */
export const FAULT_TEXT: Readonly<Record<number, string>> = {
  [FAULT_NO_MEMORY]: 'no host memory at the translated address',
  [FAULT_ROOT_NOT_PRESENT]: 'the root entry is not present',
  [FAULT_CONTEXT_NOT_PRESENT]: 'the context entry is not present',
  [FAULT_CONTEXT_INVALID]: 'the context entry asks for what this unit cannot do',
  [FAULT_BEYOND_WIDTH]: 'the address is wider than the domain',
  [FAULT_WRITE]: 'no permission to write',
  [FAULT_READ]: 'no permission to read',
  [FAULT_TABLE_ACCESS]: 'a second-level table cannot be read',
  [FAULT_ROOT_ACCESS]: 'the root table cannot be read',
  [FAULT_CONTEXT_ACCESS]: 'the context table cannot be read',
  [FAULT_ROOT_RESERVED]: 'reserved bits are set in the root entry',
  [FAULT_CONTEXT_RESERVED]: 'reserved bits are set in the context entry',
  [FAULT_TABLE_RESERVED]: 'reserved bits are set in a second-level entry',
  [FAULT_BLOCKED]: 'the context entry blocks this kind of request',
  [FAULT_MESSAGE_RESERVED]: 'reserved bits are set in the interrupt message',
  [FAULT_INDEX]: 'the index is beyond the interrupt remapping table',
  [FAULT_IRTE_NOT_PRESENT]: 'the interrupt remapping entry is not present',
  [FAULT_IRTE_ACCESS]: 'the interrupt remapping table cannot be read',
  [FAULT_IRTE_RESERVED]: 'reserved bits are set in the interrupt remapping entry',
  [FAULT_COMPATIBILITY]: 'a message in compatibility format is blocked',
  [FAULT_SOURCE]: 'the source of the message is not the one in the entry',
  [FAULT_INTERRUPT_RANGE]: 'the interrupt range takes messages of four bytes only',
};

/** Memory writes to this megabyte are interrupt messages (3.14; Intel SDM vol. 3, "Message signalled"). */
export const INTERRUPT_RANGE = 0xfee00000;
export const INTERRUPT_RANGE_END = 0xfef00000;

// Remapping registers (10.4) that the model has.
export const REG_VERSION = 0x000;
export const REG_CAPABILITY = 0x008;
export const REG_EXTENDED_CAPABILITY = 0x010;
export const REG_GLOBAL_COMMAND = 0x018;
export const REG_GLOBAL_STATUS = 0x01c;
export const REG_ROOT_TABLE = 0x020;
export const REG_CONTEXT_COMMAND = 0x028;
export const REG_FAULT_STATUS = 0x034;
export const REG_INTERRUPT_TABLE = 0x0b8;
/** Where the capability registers say that these are. */
export const REG_INVALIDATE_ADDRESS = 0x100;
export const REG_IOTLB_INVALIDATE = 0x108;
export const REG_FAULT_RECORDS = 0x120;
/** Global command and status (10.4.4, 10.4.5). */
export const COMMAND_TRANSLATION = 0x80000000;
export const COMMAND_ROOT_POINTER = 0x40000000;
export const COMMAND_INTERRUPT_REMAPPING = 0x02000000;
export const COMMAND_INTERRUPT_POINTER = 0x01000000;
export const COMMAND_COMPATIBILITY = 0x00800000;
/** High word of the context command and IOTLB registers: do it; how much of it. */
export const INVALIDATE_NOW = 0x80000000;
/** Fault status (10.4.9). */
export const STATUS_OVERFLOW = 1;
export const STATUS_PENDING = 2;
/** Interrupt table address (10.4.29): extended mode; table size is 2^(n + 1) entries. */
export const INTERRUPT_TABLE_EXTENDED = 1 << 11;
export const INTERRUPT_TABLE_SIZE_MASK = 0xf;
