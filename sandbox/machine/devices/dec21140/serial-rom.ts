import { SERIAL_ROM_WORDS } from './serial-rom-image.ts';

const ADDRESS_BITS = 6;
const WORD_BITS = 16;
const OPCODE_SPECIAL = 0;
const OPCODE_WRITE = 1;
const OPCODE_READ = 2;
const OPCODE_ERASE = 3;
/** Second halves of the special opcode: the upper two address bits. */
const SPECIAL_DISABLE = 0;
const SPECIAL_WRITE_ALL = 1;
const SPECIAL_ERASE_ALL = 2;
const SPECIAL_ENABLE = 3;

const WAIT_START = 0;
const COMMAND = 1;
const READING = 2;
const WRITING = 3;
const DONE = 4;

/**
 * A 93C46: 64 words of 16 bits behind chip select, clock, data in and data out (Microwire). It samples
 * data in on a rising clock; data out is pulled up until the last address bit, then 0, then the word
 * from its highest bit, then the next word. Erasing and writing take effect when chip select falls.
 */
export class SerialRom {
  readonly words: Uint16Array;
  #select = false;
  #clock = false;
  #state = WAIT_START;
  #bits = 0;
  #count = 0;
  #address = 0;
  #out = 1;
  #writable = false;
  /** What takes place when chip select falls: first word, last word, value. */
  #pending: readonly [number, number, number] | undefined;
  #writeAll = false;

  constructor(words: Uint16Array) {
    this.words = new Uint16Array(SERIAL_ROM_WORDS).fill(0xffff);
    this.words.set(words.subarray(0, SERIAL_ROM_WORDS));
  }

  /** Level of data out: 0 or 1. */
  get dataOut(): number {
    return this.#out;
  }

  /** Sets the three lines that the chip drives. */
  drive(select: boolean, clock: boolean, dataIn: number): void {
    const rising = clock && !this.#clock;
    this.#clock = clock;
    if (select !== this.#select) {
      this.#select = select;
      if (!select) this.#complete();
      this.#state = WAIT_START;
      this.#out = 1;
    }
    if (select && rising) this.#clockIn(dataIn & 1);
  }

  #clockIn(bit: number): void {
    switch (this.#state) {
      case WAIT_START:
        if (bit === 0) return;
        this.#state = COMMAND;
        this.#bits = 0;
        this.#count = 0;
        return;
      case COMMAND:
        this.#bits = (this.#bits << 1) | bit;
        if (++this.#count === 2 + ADDRESS_BITS) this.#decode(this.#bits);
        return;
      case READING:
        this.#out = (this.words[this.#address] >>> (WORD_BITS - 1 - this.#count)) & 1;
        if (++this.#count < WORD_BITS) return;
        this.#count = 0;
        this.#address = (this.#address + 1) % SERIAL_ROM_WORDS;
        return;
      case WRITING:
        this.#bits = (this.#bits << 1) | bit;
        if (++this.#count === WORD_BITS) this.#written(this.#bits & 0xffff);
        return;
      default:
    }
  }

  #decode(command: number): void {
    this.#address = command & (SERIAL_ROM_WORDS - 1);
    this.#count = 0;
    this.#bits = 0;
    this.#state = DONE;
    switch (command >>> ADDRESS_BITS) {
      case OPCODE_READ:
        this.#state = READING;
        this.#out = 0;
        break;
      case OPCODE_WRITE:
        this.#state = WRITING;
        this.#writeAll = false;
        break;
      case OPCODE_ERASE:
        this.#pending = [this.#address, this.#address, 0xffff];
        break;
      case OPCODE_SPECIAL:
        this.#special(this.#address >>> (ADDRESS_BITS - 2));
        break;
      default:
    }
  }

  #special(which: number): void {
    if (which === SPECIAL_ENABLE) this.#writable = true;
    if (which === SPECIAL_DISABLE) this.#writable = false;
    if (which === SPECIAL_ERASE_ALL) this.#pending = [0, SERIAL_ROM_WORDS - 1, 0xffff];
    if (which !== SPECIAL_WRITE_ALL) return;
    this.#state = WRITING;
    this.#writeAll = true;
  }

  #written(value: number): void {
    const all = this.#writeAll;
    this.#pending = [all ? 0 : this.#address, all ? SERIAL_ROM_WORDS - 1 : this.#address, value];
    this.#state = DONE;
  }

  #complete(): void {
    if (this.#pending !== undefined && this.#writable) {
      const [first, last, value] = this.#pending;
      this.words.fill(value, first, last + 1);
    }
    this.#pending = undefined;
  }
}
