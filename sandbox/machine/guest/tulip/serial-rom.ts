import {
  CSR9_SERIAL_ROM,
  ROM_CHIP_SELECT,
  ROM_CLOCK,
  ROM_DATA_IN,
  ROM_DATA_OUT,
} from '../../devices/dec21140/spec.ts';
import type { GuestCode } from '../../partition/virtual-processor.ts';
import { type GuestStep, type PortRead, TulipPorts } from './ports.ts';
import { ROM_ACCESS } from './registers.ts';

export const SERIAL_ROM_WORDS = 64;
/** A read as it is clocked in: two leading zeros, the start bit, opcode 10. The address follows. */
const READ_COMMAND = 0b00110;
const READ_BITS = 5;
/** Address bits of the ROM in every known adapter, and what the size probe clocks in. */
const ADDRESS_BITS = 6;
const PROBE_BITS = 8;
const DATA_BITS = 16;

/**
 * The serial ROM behind CSR9, a Microwire part whose four lines software moves one by one: two edges
 * of the clock for a bit, and nothing but register accesses to make them with.
 */
export class SerialRomReader extends TulipPorts {
  /** Address bits of the ROM; 0 while none has answered. */
  protected addressBits = 0;

  /**
   * All 64 words. The size probe asks for the location of all ones, which in a ROM of 64 words is the
   * last one: it is not read again.
   */
  protected *readSerialRom(): GuestStep<Uint16Array> {
    const words = new Uint16Array(SERIAL_ROM_WORDS);
    const last = yield* this.sizeSerialRom();
    if (this.addressBits === 0) return words.fill(0xffff);
    const left = this.addressBits === ADDRESS_BITS ? SERIAL_ROM_WORDS - 1 : SERIAL_ROM_WORDS;
    words[SERIAL_ROM_WORDS - 1] = last;
    for (let at = 0; at < left; at++) words[at] = yield* this.readSerialRomWord(at);
    return words;
  }

  /**
   * Learns how many address bits the ROM takes. Data out is pulled up until the last of them, and the
   * clock after it shows a zero. Gives the word that follows.
   */
  protected *sizeSerialRom(): PortRead {
    const bits = READ_BITS + PROBE_BITS;
    const command = (READ_COMMAND << PROBE_BITS) | ((1 << PROBE_BITS) - 1);
    const seen = yield* this.serialRomTransaction(command, bits);
    this.addressBits = 0;
    for (let address = 1; address <= PROBE_BITS; address++) {
      const after = DATA_BITS + PROBE_BITS - address;
      if (((seen >>> after) & 1) !== 0) continue;
      this.addressBits = address;
      return (seen >>> (after - DATA_BITS)) & 0xffff;
    }
    return 0xffff;
  }

  /** One word: with 6 address bits, 58 writes and 82 reads of CSR9. */
  protected *readSerialRomWord(location: number): PortRead {
    const command = (READ_COMMAND << this.addressBits) | location;
    return (yield* this.serialRomTransaction(command, READ_BITS + this.addressBits)) & 0xffff;
  }

  /**
   * Selects the ROM, clocks in `bits` bits of `command` and then sixteen zeros, and releases it.
   * @returns what data out showed after each clock, the last one in bit 0
   */
  protected *serialRomTransaction(command: number, bits: number): PortRead {
    let seen = 0;
    yield* this.out(CSR9_SERIAL_ROM, ROM_ACCESS);
    yield* this.out(CSR9_SERIAL_ROM, ROM_ACCESS | ROM_CHIP_SELECT);
    for (let bit = bits - 1; bit >= 0; bit--)
      seen = (seen << 1) | (yield* this.clockSerialRom((command >>> bit) & 1));
    for (let bit = 0; bit < DATA_BITS; bit++) seen = (seen << 1) | (yield* this.clockSerialRom(0));
    yield* this.setLines(ROM_ACCESS | ROM_CHIP_SELECT);
    yield* this.out(CSR9_SERIAL_ROM, ROM_ACCESS);
    return seen >>> 0;
  }

  /** One bit into the ROM, and what it shows behind the rising edge: 2 writes, 3 reads. */
  protected *clockSerialRom(bit: number): PortRead {
    const lines = ROM_ACCESS | ROM_CHIP_SELECT | (bit === 0 ? 0 : ROM_DATA_IN);
    yield* this.setLines(lines);
    yield* this.setLines(lines | ROM_CLOCK);
    return ((yield* this.in(CSR9_SERIAL_ROM)) & ROM_DATA_OUT) === 0 ? 0 : 1;
  }

  /** One edge: puts `lines` on CSR9 and lets them settle. */
  protected *setLines(lines: number): GuestCode {
    yield* this.out(CSR9_SERIAL_ROM, lines);
    yield* this.settle();
  }

  /** The time that an edge is given: a read whose value nobody wants, as the recorded driver has it. */
  protected *settle(): GuestCode {
    yield* this.in(CSR9_SERIAL_ROM);
  }
}
