/**
 * Registers and descriptors of the DEC 21140. Offsets, bits and reset values: the 21140 facts in
 * content/sources, which say how well they are known; sections in comments are theirs.
 */

/** Byte offsets of the registers (section 2): CSR n at 8 n. */
export const CSR0_BUS_MODE = 0x00;
export const CSR1_TRANSMIT_POLL = 0x08;
export const CSR2_RECEIVE_POLL = 0x10;
export const CSR3_RECEIVE_LIST = 0x18;
export const CSR4_TRANSMIT_LIST = 0x20;
export const CSR5_STATUS = 0x28;
export const CSR6_OPERATION = 0x30;
export const CSR7_INTERRUPT_ENABLE = 0x38;
export const CSR8_MISSED_FRAMES = 0x40;
export const CSR9_SERIAL_ROM = 0x48;
export const CSR10_BOOT_ROM = 0x50;
export const CSR11_TIMER = 0x58;
export const CSR12_GENERAL_PURPOSE = 0x60;
export const CSR15_WATCHDOG = 0x78;
/** Bytes of the register window. */
export const WINDOW = 128;

/** What each register reads after a reset; those of CSR10 and CSR15 are unverified. */
export const RESET_VALUES: readonly number[] = [
  0xfe000000, 0xffffffff, 0xffffffff, 0, 0, 0xfc000000, 0x32000040, 0xfffe0000, 0xe0000000,
  0xfff483ff, 0xfffc0000, 0xfffe0000, 0xfffffe00, 0xffffffff, 0xffffffff, 0xffffffc0,
];

/** CSR0: software reset, longwords to skip between descriptors (bits 6:2), byte orders, polling. */
export const SOFTWARE_RESET = 1;
export const DESCRIPTOR_SKIP = 0x7c;
export const BIG_ENDIAN_BUFFERS = 1 << 7;
export const AUTOMATIC_POLLING_SHIFT = 17;
export const BIG_ENDIAN_DESCRIPTORS = 1 << 20;
export const CSR0_WRITABLE = 0x01befffe;
export const CSR0_ONES = 0xfe000000;

/** CSR5 sources, write one to clear; the summaries; the process states. */
export const TRANSMIT_INTERRUPT = 1 << 0;
export const TRANSMIT_STOPPED = 1 << 1;
export const TRANSMIT_UNAVAILABLE = 1 << 2;
export const TRANSMIT_JABBER = 1 << 3;
export const TRANSMIT_UNDERFLOW = 1 << 5;
export const RECEIVE_INTERRUPT = 1 << 6;
export const RECEIVE_UNAVAILABLE = 1 << 7;
export const RECEIVE_STOPPED = 1 << 8;
export const RECEIVE_WATCHDOG = 1 << 9;
export const EARLY_TRANSMIT = 1 << 10;
export const TIMER_EXPIRED = 1 << 11;
export const FATAL_BUS_ERROR = 1 << 13;
export const EARLY_RECEIVE = 1 << 14;
export const ABNORMAL_SUMMARY = 1 << 15;
export const NORMAL_SUMMARY = 1 << 16;
export const STATUS_CLEARABLE = 0x1ffff;
export const NORMAL_SOURCES =
  TRANSMIT_INTERRUPT | TRANSMIT_UNAVAILABLE | RECEIVE_INTERRUPT | TIMER_EXPIRED | EARLY_RECEIVE;
export const ABNORMAL_SOURCES =
  TRANSMIT_STOPPED |
  TRANSMIT_JABBER |
  TRANSMIT_UNDERFLOW |
  RECEIVE_UNAVAILABLE |
  RECEIVE_STOPPED |
  RECEIVE_WATCHDOG |
  EARLY_TRANSMIT |
  FATAL_BUS_ERROR;
export const RECEIVE_STATE_SHIFT = 17;
export const TRANSMIT_STATE_SHIFT = 20;
/** Bits 25:23, valid with FATAL_BUS_ERROR: nothing answered. */
export const BUS_ERROR_BITS = 7 << 23;
export const MASTER_ABORT = 1 << 23;
export const STATE_STOPPED = 0;
export const STATE_FETCHING = 1;
export const TRANSMIT_STATE_ENDING = 2;
export const TRANSMIT_STATE_READING = 3;
export const TRANSMIT_STATE_SUSPENDED = 6;
export const RECEIVE_STATE_WAITING = 3;
export const RECEIVE_STATE_SUSPENDED = 4;

/** CSR6. */
export const HASH_AND_PERFECT = 1 << 0;
export const START_RECEIVE = 1 << 1;
export const HASH_ONLY = 1 << 2;
export const PASS_BAD_FRAMES = 1 << 3;
export const INVERSE_FILTERING = 1 << 4;
export const PROMISCUOUS = 1 << 6;
export const PASS_ALL_MULTICAST = 1 << 7;
export const FULL_DUPLEX = 1 << 9;
export const LOOPBACK_SHIFT = 10;
export const START_TRANSMIT = 1 << 13;
export const PORT_SELECT = 1 << 18;
export const STORE_AND_FORWARD = 1 << 21;
export const THRESHOLD_MODE = 1 << 22;
export const RECEIVE_ALL = 1 << 30;
export const CSR6_ONES = 1 << 25;
/** Loaded by setup frames, not by software. */
export const FILTERING_MODE = HASH_AND_PERFECT | HASH_ONLY | INVERSE_FILTERING;
/** Bits 8, 16 and 20 do not exist; whether 29:26 keep what is written is unverified. */
export const CSR6_WRITABLE = 0xfdeefeff & ~FILTERING_MODE;
/**
 * Kept while a process runs (section 2, mostly unverified): PB of the receiver; SB, TR, SF of the
 * transmitter; FD, OM, FC, CA, PS, HBD, TTM, PCS, SCR, SC while either does.
 */
export const STOPPED_RECEIVE_ONLY = PASS_BAD_FRAMES;
export const STOPPED_TRANSMIT_ONLY = (1 << 5) | (3 << 14) | STORE_AND_FORWARD;
export const STOPPED_ONLY = 0x81ce1e00;

/** CSR8: missed frames and their overflow; CSR10: address. */
export const MISSED_FRAMES = 0xffff;
export const MISSED_OVERFLOW = 1 << 16;
export const BOOT_ROM_ADDRESS = 0x3ffff;

/** CSR9: serial ROM lines, selections, MII management lines. */
export const ROM_CHIP_SELECT = 1 << 0;
export const ROM_CLOCK = 1 << 1;
export const ROM_DATA_IN = 1 << 2;
export const ROM_DATA_OUT = 1 << 3;
export const SELECT_SERIAL_ROM = 1 << 11;
export const SELECT_BOOT_ROM = 1 << 12;
export const ROM_READ = 1 << 14;
export const MII_CLOCK = 1 << 16;
export const MII_DATA_OUT = 1 << 17;
export const MII_READ = 1 << 18;
export const MII_DATA_IN = 1 << 19;
export const CSR9_WRITABLE = 0x00077cff;
export const CSR9_ONES = 0xfff08300;

/** CSR11: bit 16 reloads; CSR15: jabber and watchdog. */
export const TIMER_CONTINUOUS = 1 << 16;
export const JABBER_DISABLE = 1 << 0;
export const HOST_UNJAB = 1 << 1;
export const JABBER_CLOCK = 1 << 2;
export const WATCHDOG_DISABLE = 1 << 4;
export const CSR15_WRITABLE = 0x37;

/** Descriptors (section 3): four words of 32 bits. */
export const DESCRIPTOR_SIZE = 16;
export const OWN = 0x80000000;
export const END_OF_RING = 1 << 25;
export const CHAINED = 1 << 24;
export const TDES0_ERROR = 1 << 15;
export const TDES0_JABBER = 1 << 14;
export const TDES1_INTERRUPT = 0x80000000;
export const TDES1_LAST = 1 << 30;
export const TDES1_FIRST = 1 << 29;
export const TDES1_FILTER_TYPE_1 = 1 << 28;
export const TDES1_SETUP = 1 << 27;
export const TDES1_NO_CRC = 1 << 26;
export const TDES1_NO_PADDING = 1 << 23;
export const TDES1_FILTER_TYPE_0 = 1 << 22;
export const RDES0_FILTER_FAILED = 1 << 30;
export const RDES0_ERROR = 1 << 15;
export const RDES0_TRUNCATED = 1 << 14;
export const RDES0_LOOPBACK_SHIFT = 12;
export const RDES0_RUNT = 1 << 11;
export const RDES0_MULTICAST = 1 << 10;
export const RDES0_FIRST = 1 << 9;
export const RDES0_LAST = 1 << 8;
export const RDES0_TOO_LONG = 1 << 7;
export const RDES0_TYPE = 1 << 5;
export const RDES0_WATCHDOG = 1 << 4;

export const SETUP_FRAME_SIZE = 192;
/** Word 0 of a setup frame's descriptor when the chip has it read. */
export const SETUP_DONE = 0x7fffffff;
/** Longest and shortest frame without FCS. */
export const MAX_FRAME = 1514;
export const SHORTEST_FRAME = 60;
export const FCS_SIZE = 4;
