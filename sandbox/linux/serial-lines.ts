import { MdioTap } from '../conformance/dec21140/mdio-tap.ts';
import {
  MII_READ,
  ROM_CHIP_SELECT,
  ROM_CLOCK,
  ROM_DATA_IN,
  ROM_DATA_OUT,
  SELECT_SERIAL_ROM,
} from '../machine/devices/dec21140/spec.ts';

/** A word that went over the chip's serial lines, and what it took. */
export interface SerialWord {
  /** Such as `SROM word 12`. */
  what: string;
  value: number;
  write: boolean;
  accesses: number;
}

/** Data bits of a word in the serial ROM. */
const ROM_BITS = 16;

/**
 * Follows CSR9 as a logic analyser would: the driver moves lines up and down, one access each, and this
 * says which words that was. It sees what the driver sees; of the chip it knows nothing.
 */
export class SerialLines {
  #accesses = 0;
  #lines = 0;
  #read = 0;
  #rom: number[] = [];
  #romOut: number[] = [];
  #mdio = new MdioTap();
  #found: SerialWord | undefined;
  #done: SerialWord[] = [];

  /** Accesses to CSR9 that are not yet in a word. */
  get pending(): number {
    return this.#accesses;
  }

  read(value: number): void {
    this.#accesses++;
    this.#read = value;
    this.#mdio.read(value);
  }

  write(value: number): void {
    const before = this.#lines;
    if (startsAnew(before, value)) this.#close();
    this.#lines = value;
    this.#accesses++;
    if (isRom(before) || isRom(value)) this.#romEdge(before, value);
    else this.#managementEdge(value);
  }

  /** Words since the last call. `all` ends the one that is under way. */
  take(all = false): SerialWord[] {
    if (all) this.#close();
    return this.#done.splice(0);
  }

  /** Data come out while the clock is high, and are sampled before it falls. */
  #romEdge(before: number, value: number): void {
    if ((value & ~before & ROM_CLOCK) !== 0) this.#rom.push((value & ROM_DATA_IN) === 0 ? 0 : 1);
    if ((before & ~value & ROM_CLOCK) !== 0)
      this.#romOut.push((this.#read & ROM_DATA_OUT) === 0 ? 0 : 1);
    if ((before & ~value & ROM_CHIP_SELECT) !== 0) this.#romWord();
  }

  /** Start bit, two bits of command, the address, and 16 bits of data. */
  #romWord(): void {
    const start = this.#rom.indexOf(1);
    const address = start < 0 ? [] : this.#rom.slice(start + 3, -ROM_BITS);
    const value = numberOf(this.#romOut.slice(-ROM_BITS));
    const isProbe = address.length > 6;
    const what = isProbe ? 'SROM, how long is an address?' : `SROM word ${numberOf(address)}`;
    if (address.length > 0) this.#found = { what, value, write: false, accesses: 0 };
    this.#rom = [];
    this.#romOut = [];
  }

  #managementEdge(value: number): void {
    this.#mdio.write(value, 0);
    const frame = this.#mdio.frames.pop();
    if (!frame) return;
    const what = `PHY ${frame.phy} register ${frame.register}`;
    this.#found = { what, value: frame.value, write: !frame.read, accesses: 0 };
  }

  #close(): void {
    if (this.#found) this.#done.push({ ...this.#found, accesses: this.#accesses });
    if (this.#found) this.#accesses = 0;
    this.#found = undefined;
  }
}

const isRom = (lines: number): boolean => (lines & ROM_CHIP_SELECT) !== 0;

/** Whether a driver that has ended a word begins another: it drives the line again, or turns to the ROM. */
function startsAnew(before: number, value: number): boolean {
  const drives = (before & MII_READ) !== 0 && (value & MII_READ) === 0;
  return drives || (!isRom(before) && (value & SELECT_SERIAL_ROM) !== 0);
}

const numberOf = (bits: readonly number[]): number => bits.reduce((sum, bit) => 2 * sum + bit, 0);
