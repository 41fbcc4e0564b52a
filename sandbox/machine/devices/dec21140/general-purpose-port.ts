const DIRECTIONS = 1 << 8;
/** Bits above the pins, as they read: bit 8 is 0. */
const ABOVE = 0xfffffe00;

/**
 * CSR12: eight pins, each an input or an output. A write with bit 8 set gives the directions (1 is an
 * output), one without gives the levels of the outputs. Inputs read the board's levels.
 */
export class GeneralPurposePort {
  /** Board levels of the pins that are inputs. */
  pins: number;
  #directions = 0;
  #levels = 0;

  constructor(pins: number) {
    this.pins = pins;
  }

  read(): number {
    const level = (this.#levels & this.#directions) | (this.pins & ~this.#directions);
    return (ABOVE | (level & 0xff)) >>> 0;
  }

  write(value: number): void {
    if ((value & DIRECTIONS) !== 0) this.#directions = value & 0xff;
    else this.#levels = value & 0xff;
  }

  /** All pins are inputs; whether a software reset does this too is unverified. */
  reset(): void {
    this.#directions = 0;
    this.#levels = 0;
  }
}
