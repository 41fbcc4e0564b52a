import {
  CSR9_SERIAL_ROM,
  MII_CLOCK,
  MII_DATA_IN,
  MII_DATA_OUT,
  MII_READ,
} from '../../devices/dec21140/spec.ts';
import type { GuestCode } from '../../partition/virtual-processor.ts';
import type { PortRead } from './ports.ts';
import { SerialRomReader } from './serial-rom.ts';

/** Registers of a PHY (IEEE 802.3 clause 22). */
export const PHY_CONTROL = 0;
export const PHY_STATUS = 1;
export const PHY_ADVERTISE = 4;
export const PHY_PARTNER = 5;
export const CONTROL_NEGOTIATE = 0x1000;
export const STATUS_LINK = 1 << 2;
/** Status bits 15:11 say what it can do, this far above where an advertisement says it. */
export const STATUS_ABILITIES_SHIFT = 6;
/** Advertisement: the selector of IEEE 802.3, and the abilities. */
export const SELECTOR = 1;
export const ABILITIES = 0x3e0;
export const ABILITY_100_FULL = 0x100;
export const ABILITY_T4 = 0x200;
export const ABILITY_100 = 0x080;
export const ABILITY_10_FULL = 0x040;
export const ABILITY_10 = 0x020;

/** Ones before a frame: 32 or more wake every PHY. The recorded driver sends these. */
const READ_PREAMBLE = 35;
const WRITE_PREAMBLE = 33;
const START_READ = 0b0110;
const START_WRITE = 0b0101;
/** Turnaround of two clocks, sixteen of data, and one more: the last sample is not part of the value. */
const READ_CLOCKS = 19;

/** The management interface of a PHY behind CSR9: MDIO, moved bit by bit as the serial ROM is. */
export class MiiManagement extends SerialRomReader {
  /** Reads a PHY's register: 136 writes and 155 reads of CSR9. All ones where no PHY answers. */
  protected *readPhy(phy: number, register: number): PortRead {
    yield* this.clockOut(0xffffffff, READ_PREAMBLE);
    yield* this.clockOut((START_READ << 10) | (phy << 5) | register, 14);
    let value = 0;
    for (let i = 0; i < READ_CLOCKS; i++) value = (value << 1) | (yield* this.clockIn());
    return (value >>> 1) & 0xffff;
  }

  /** Writes a PHY's register: 134 writes and 134 reads of CSR9. */
  protected *writePhy(phy: number, register: number, value: number): GuestCode {
    yield* this.clockOut(0xffffffff, WRITE_PREAMBLE);
    const head = (START_WRITE << 12) | (phy << 7) | (register << 2) | 0b10;
    yield* this.clockOut(head, 16);
    yield* this.clockOut(value, 16);
    for (let i = 0; i < 2; i++) {
      yield* this.setLines(MII_READ);
      yield* this.setLines(MII_READ | MII_CLOCK);
    }
  }

  /** Clocks out the low `bits` bits of `value`, the highest first; ones where it has none (beyond 32). */
  protected *clockOut(value: number, bits: number): GuestCode {
    for (let bit = bits - 1; bit >= 0; bit--) {
      const data = bit > 31 || ((value >>> bit) & 1) !== 0 ? MII_DATA_OUT : 0;
      yield* this.setLines(data);
      yield* this.setLines(data | MII_CLOCK);
    }
  }

  /** One bit from the PHY, sampled while the clock is low: 2 writes, 3 reads. */
  protected *clockIn(): PortRead {
    yield* this.setLines(MII_READ);
    const lines = yield* this.in(CSR9_SERIAL_ROM);
    yield* this.setLines(MII_READ | MII_CLOCK);
    return (lines & MII_DATA_IN) === 0 ? 0 : 1;
  }
}
