/**
 * What the comparison must know of the chip, kept apart from the model under test so that one error
 * does not hide the other. Source: the 21140 facts in content/sources; section numbers are theirs.
 */
export const CSR0 = 0x00;
export const CSR1 = 0x08;
export const CSR2 = 0x10;
export const CSR3 = 0x18;
export const CSR4 = 0x20;
export const CSR5 = 0x28;
export const CSR6 = 0x30;
export const CSR7 = 0x38;
export const CSR8 = 0x40;
export const CSR9 = 0x48;
export const CSR11 = 0x58;
export const CSR12 = 0x60;

/** CSR0: software reset, period of automatic polling. */
export const SOFTWARE_RESET = 1;
export const TAP = 7 << 17;

/** CSR5 (section 2). */
export const TPS = 1 << 1;
export const RU = 1 << 7;
export const RPS = 1 << 8;
export const AIS = 1 << 15;
export const RS = 7 << 17;
export const TS = 7 << 20;
export const RS_WAITING = 3;
export const RS_SUSPENDED = 4;
export const TS_SUSPENDED = 6;
export const receiveState = (csr5: number): number => (csr5 >>> 17) & 7;
export const transmitState = (csr5: number): number => (csr5 >>> 20) & 7;

/** CSR6. */
export const HP = 1 << 0;
export const SR = 1 << 1;
export const HO = 1 << 2;
export const IF = 1 << 4;
export const ST = 1 << 13;
export const PS = 1 << 18;

/** CSR9. */
export const ROM_SELECT = 1 << 0;
export const ROM_CLOCK = 1 << 1;
export const ROM_IN = 1 << 2;
export const ROM_OUT = 1 << 3;
export const SERIAL_ROM = 1 << 11;
export const MDC = 1 << 16;
export const MDO = 1 << 17;
export const MII = 1 << 18;
export const MDI = 1 << 19;

/** Descriptors (section 3). */
export const OWN = 0x80000000;
export const TDES1_LAST = 1 << 30;
export const TDES1_FIRST = 1 << 29;
export const TDES1_FT1 = 1 << 28;
export const TDES1_SET = 1 << 27;
export const TDES1_FT0 = 1 << 22;
export const END_OF_RING = 1 << 25;
export const CHAINED = 1 << 24;

/** The bits that the manual defines; where none are known, none are compared. */
export const DEFINED: Record<number, number> = {
  0: 0x01beffff,
  1: 0xffffffff,
  2: 0xffffffff,
  3: 0xfffffffc,
  4: 0xfffffffc,
  5: 0x03ffefef,
  6: 0xc3eefeff,
  7: 0x0001efef,
  8: 0x1fffffff,
  9: 0x000f7cff,
  10: 0x0003ffff,
  11: 0x0001ffff,
  12: 0x000000ff,
  13: 0,
  14: 0,
  15: 0x00000037,
};

/** After a reset: the chip, and the recorded device (a 21143 of QEMU's), where both are known. */
export const RESET: Record<number, { chip: number; recorded: number }> = {
  0: { chip: 0xfe000000, recorded: 0xfe000000 },
  5: { chip: 0xfc000000, recorded: 0xf0000000 },
  6: { chip: 0x32000040, recorded: 0x32000040 },
  7: { chip: 0xfffe0000, recorded: 0xf3fe0000 },
  8: { chip: 0xe0000000, recorded: 0xe0000000 },
  9: { chip: 0xfff483ff, recorded: 0xfff483ff },
  11: { chip: 0xfffe0000, recorded: 0xfffe0000 },
  15: { chip: 0, recorded: 0x8ff00000 },
};

export const hex = (value: number, digits = 8): string =>
  `0x${(value >>> 0).toString(16).padStart(digits, '0')}`;

export function word(bytes: Uint8Array, at: number): number {
  const pick = (n: number) => (bytes[at + n] ?? 0) << (8 * n);
  return (pick(0) | pick(1) | pick(2) | pick(3)) >>> 0;
}
