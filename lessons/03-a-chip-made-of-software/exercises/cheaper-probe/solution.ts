import { CSR9_SERIAL_ROM, TulipDriver } from 'two-checkboxes';

/** CSR9: the lines to the serial ROM. */
const ROM = 0x4800;
const CHIP_SELECT = 1;
const CLOCK = 2;
const DATA_IN = 4;
const DATA_OUT = 8;

/** Start bit, opcode 10, and location 0 in six bits. */
const READ_FROM_ZERO = 0b110_000000;
const COMMAND_BITS = 9;
const WORDS = 64;

/**
 * Waits for nothing: the chip has answered when the access ends. And it reads the ROM in one go:
 * who goes on clocking gets the next word, so one command serves for all of them.
 */
export class MyDriver extends TulipDriver {
  protected override *settle() {}

  protected override *readSerialRom() {
    yield* this.out(CSR9_SERIAL_ROM, ROM);
    yield* this.out(CSR9_SERIAL_ROM, ROM | CHIP_SELECT);
    for (let bit = COMMAND_BITS - 1; bit >= 0; bit--) {
      const lines = ROM | CHIP_SELECT | (((READ_FROM_ZERO >>> bit) & 1) === 0 ? 0 : DATA_IN);
      yield* this.setLines(lines);
      yield* this.setLines(lines | CLOCK);
    }
    const words = new Uint16Array(WORDS);
    for (let word = 0; word < WORDS; word++)
      for (let bit = 0; bit < 16; bit++)
        words[word] = (words[word] << 1) | (yield* this.clockSerialRom(0));
    yield* this.out(CSR9_SERIAL_ROM, ROM);
    return words;
  }

  protected override *clockSerialRom(bit: number) {
    const lines = ROM | CHIP_SELECT | (bit === 0 ? 0 : DATA_IN);
    yield* this.setLines(lines);
    yield* this.setLines(lines | CLOCK);
    return ((yield* this.in(CSR9_SERIAL_ROM)) & DATA_OUT) === 0 ? 0 : 1;
  }
}
