/**
 * Registers and descriptors of the DEC 21140 as far as this model has them. Offsets, bits and reset
 * values: the 21140 facts in content/sources, which say how well they are known.
 */
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
export const CSR12_GENERAL_PURPOSE = 0x60;
/** Bytes of the register window: CSR n at 8 n. */
export const WINDOW = 128;

export const RESET_VALUES = new Map([
  [CSR0_BUS_MODE, 0xfe000000],
  [CSR5_STATUS, 0xfc000000],
  [CSR6_OPERATION, 0x32000040],
  [CSR7_INTERRUPT_ENABLE, 0xfffe0000],
  [CSR8_MISSED_FRAMES, 0xe0000000],
  [CSR9_SERIAL_ROM, 0xfff483ff],
]);

/** CSR0: software reset, and the longwords to skip between descriptors (bits 6:2). */
export const SOFTWARE_RESET = 1;

/** CSR5 sources, write one to clear; the summaries; the process states. */
export const TRANSMIT_INTERRUPT = 1 << 0;
export const TRANSMIT_STOPPED = 1 << 1;
export const TRANSMIT_UNAVAILABLE = 1 << 2;
export const RECEIVE_INTERRUPT = 1 << 6;
export const RECEIVE_UNAVAILABLE = 1 << 7;
export const RECEIVE_STOPPED = 1 << 8;
export const FATAL_BUS_ERROR = 1 << 13;
export const ABNORMAL_SUMMARY = 1 << 15;
export const NORMAL_SUMMARY = 1 << 16;
export const STATUS_CLEARABLE = 0x1ffff;
export const NORMAL_SOURCES = TRANSMIT_INTERRUPT | TRANSMIT_UNAVAILABLE | RECEIVE_INTERRUPT;
export const ABNORMAL_SOURCES =
  TRANSMIT_STOPPED | RECEIVE_UNAVAILABLE | RECEIVE_STOPPED | FATAL_BUS_ERROR;
export const RECEIVE_STATE_SHIFT = 17;
export const TRANSMIT_STATE_SHIFT = 20;
export const STATE_STOPPED = 0;
export const RECEIVE_STATE_WAITING = 3;
export const RECEIVE_STATE_SUSPENDED = 4;
export const TRANSMIT_STATE_SUSPENDED = 6;

/** CSR6. */
export const START_RECEIVE = 1 << 1;
export const PROMISCUOUS = 1 << 6;
export const PASS_ALL_MULTICAST = 1 << 7;
export const START_TRANSMIT = 1 << 13;

/** Descriptors: four words of 32 bits. */
export const DESCRIPTOR_SIZE = 16;
export const OWN = 0x80000000;
export const TDES1_INTERRUPT = 0x80000000;
export const TDES1_LAST = 1 << 30;
export const TDES1_FIRST = 1 << 29;
export const TDES1_SETUP = 1 << 27;
export const END_OF_RING = 1 << 25;
export const CHAINED = 1 << 24;
export const RDES0_FIRST = 1 << 9;
export const RDES0_LAST = 1 << 8;
export const RDES0_MULTICAST = 1 << 10;
export const RDES0_ERROR = 1 << 15;
export const RDES0_TRUNCATED = 1 << 14;
export const SETUP_FRAME_SIZE = 192;
/** Longest frame without FCS. */
export const MAX_FRAME = 1514;

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
