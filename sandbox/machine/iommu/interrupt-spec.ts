/**
 * Interrupt messages, remapping entries and posted-interrupt descriptors (VT-d 5.1, 9.10, 9.11; Intel SDM
 * vol. 3, message signalled interrupts). Masks within a 32-bit word; an entry has four, a descriptor 16.
 */

// Message address: compatibility format, and remappable format (bit 4 set).
export const MESSAGE_BASE = 0xfee00000;
export const MESSAGE_REMAPPABLE = 1 << 4;
export const COMPATIBILITY_DESTINATION_SHIFT = 12;
/** Index bit 15 is address bit 2, bits 14 to 0 are address bits 19 to 5. */
export const INDEX_HIGH = 1 << 2;
export const INDEX_SHIFT = 5;
export const INDEX_MASK = 0x7fff;
/** The lower half of the data is added to the index. */
export const SUBHANDLE_VALID = 1 << 3;
// Message data, compatibility format.
export const DATA_VECTOR = 0xff;
export const DATA_DELIVERY_SHIFT = 8;
export const DATA_DELIVERY_MASK = 7;

// Remapping entry, first word.
export const ENTRY_BYTES = 16;
export const ENTRY_PRESENT = 1;
export const ENTRY_FAULT_DISABLE = 1 << 1;
export const ENTRY_DELIVERY_SHIFT = 5;
export const ENTRY_POSTED = 1 << 15;
export const ENTRY_URGENT = 1 << 14;
export const ENTRY_VECTOR_SHIFT = 16;
export const ENTRY_RESERVED = 0xff007000;
export const POSTED_RESERVED = 0xff0030fc;
/** Second word, remapped: destination; in xAPIC mode its bits 15 to 8. Posted: descriptor bits 31 to 6. */
export const XAPIC_DESTINATION_SHIFT = 8;
export const POSTED_ADDRESS_LOW = 0xffffffc0;
/** Third word: whom to believe. */
export const SOURCE_ID = 0xffff;
export const SOURCE_QUALIFIER_SHIFT = 16;
export const SOURCE_TYPE_SHIFT = 18;
export const SOURCE_RESERVED = 0xfff00000;
/** Source validation types. */
export const VALIDATE_NONE = 0;
export const VALIDATE_ID = 1;
export const VALIDATE_BUS = 2;
/** Bits of the requester id that each source-id qualifier compares. */
export const QUALIFIED: readonly number[] = [0xffff, 0xfffb, 0xfff9, 0xfff8];

// Posted-interrupt descriptor: 64 bytes. Words 0 to 7 are the requests, a bit for each vector.
export const DESCRIPTOR_BYTES = 64;
export const REQUEST_WORDS = 8;
/** Word 8: outstanding, suppressed, notification vector. Word 9: notification destination. */
export const DESCRIPTOR_CONTROL = 32;
export const DESCRIPTOR_DESTINATION = 36;
export const OUTSTANDING = 1;
export const SUPPRESS = 2;
export const NOTIFICATION_VECTOR_SHIFT = 16;

/** Delivery modes that the model delivers: fixed and lowest priority, both to the one processor named. */
export const DELIVERY_FIXED = 0;
export const DELIVERY_LOWEST = 1;
