import { CSR9_SERIAL_ROM, TulipDriver } from 'two-checkboxes';

/** CSR9: the lines to the serial ROM, and to the transceiver. */
const ROM = 0x4800;
const CHIP_SELECT = 1;
const CLOCK = 2;
const DATA_IN = 4;
const DATA_OUT = 8;

/**
 * The driver's way to move one bit. Every `this.in` and `this.out` is an exit, and so is the wait:
 * it reads CSR9 and throws the value away.
 *
 * `readSerialRom` calls it for each bit of each word. You may override that too, and `clockOut` and
 * `clockIn`, which do the same for the transceiver.
 */
export class MyDriver extends TulipDriver {
  /** One bit into the ROM, and the one that it shows behind the rising edge. */
  protected override *clockSerialRom(bit: number) {
    const lines = ROM | CHIP_SELECT | (bit === 0 ? 0 : DATA_IN);
    yield* this.setLines(lines);
    yield* this.setLines(lines | CLOCK);
    return ((yield* this.in(CSR9_SERIAL_ROM)) & DATA_OUT) === 0 ? 0 : 1;
  }

  /** One edge: puts `lines` on CSR9 and lets them settle. */
  protected override *setLines(lines: number) {
    yield* this.out(CSR9_SERIAL_ROM, lines);
    yield* this.settle();
  }

  /** The time that an edge is given. */
  protected override *settle() {
    yield* this.in(CSR9_SERIAL_ROM);
  }
}
