import { CSR9_SERIAL_ROM } from '../machine/devices/dec21140/spec.ts';
import type { Access } from './happening.ts';
import type { StreamLine } from './protocol.ts';
import { fieldAt, meaningOf } from './registers.ts';
import { SerialLines } from './serial-lines.ts';

const CONFIG_ADDRESS = 0xcf8;
const CONFIG_DATA = 0xcfc;
/** Lines that wait for the reader's eyes; what is more is only counted. */
const MOST = 400;

/**
 * Turns accesses into lines to read: one each, except that configuration ports go in pairs, and that the
 * many accesses that move the serial lines of CSR9 become the word that they moved.
 */
export class AccessStream {
  /** Accesses so far, and those of each register. */
  total = 0;
  readonly byRegister = new Map<string, number>();
  /** Lines that nobody saw because they came too fast. */
  unseen = 0;
  #lines: StreamLine[] = [];
  #serial = new SerialLines();
  #serialAt = 0;
  #serialPort = 0;
  #address = 0;
  #addressed = 0;

  /** @param base where the chip's registers are in I/O space */
  push(access: Access, base: number): void {
    this.total++;
    const isConfiguration = access.port >= CONFIG_ADDRESS && access.port < CONFIG_DATA + 4;
    const offset = access.port - base;
    this.#count(isConfiguration ? 'PCI configuration' : `CSR${offset >> 3}`);
    if (!isConfiguration && offset === CSR9_SERIAL_ROM) {
      this.#moveLines(access);
      return;
    }
    this.#endSerial();
    if (isConfiguration) this.#configure(access);
    else
      this.#add(
        access,
        `CSR${offset >> 3}`,
        access.value,
        meaningOf(offset, access.write, access.value),
      );
  }

  /** Lines since the last call; `all` ends a word of CSR9 that is under way. */
  take(all = false): StreamLine[] {
    if (all) this.#endSerial();
    return this.#lines.splice(0);
  }

  /** Leaves out the lines since the last call of `take`: their accesses are counted, nobody looks. */
  skip(): void {
    this.take(true);
    this.unseen = 0;
  }

  #count(register: string): void {
    this.byRegister.set(register, (this.byRegister.get(register) ?? 0) + 1);
  }

  #moveLines({ at, port, write, value }: Access): void {
    if (this.#serial.pending === 0) this.#serialAt = at;
    this.#serialPort = port;
    if (write) this.#serial.write(value);
    else this.#serial.read(value);
    if (this.#serialWords(false)) this.#serialAt = at;
  }

  #endSerial(): void {
    this.#serialWords(true);
    const rest = this.#serial.pending;
    if (rest === 0) return;
    this.#serial = new SerialLines();
    const intercept = `IN, OUT port ${hex(this.#serialPort)}`;
    const line = {
      at: this.#serialAt,
      register: 'CSR9',
      intercept,
      meaning: 'serial lines at rest',
    };
    this.#show({ ...line, write: true, value: '', count: rest });
  }

  /** @returns whether there were any */
  #serialWords(all: boolean): boolean {
    const words = this.#serial.take(all);
    for (const { what, value, write, accesses } of words) {
      const intercept = `IN, OUT port ${hex(this.#serialPort)}`;
      const line = { at: this.#serialAt, register: 'CSR9', intercept, meaning: what };
      this.#show({ ...line, write, value: hex(value, 4), count: accesses });
    }
    return words.length > 0;
  }

  #configure(access: Access): void {
    if (access.port < CONFIG_DATA) {
      this.#address = access.value;
      this.#addressed++;
      return;
    }
    const offset = (this.#address & 0xfc) + (access.port & 3);
    this.#add(
      access,
      `PCI ${hex(offset, 2).slice(2)}`,
      access.value,
      fieldAt(offset),
      1 + this.#addressed,
    );
    this.#addressed = 0;
  }

  #add(access: Access, register: string, value: number, meaning: string, count = 1): void {
    const { at, write, size, port } = access;
    const intercept = `${write ? 'OUT' : 'IN'} port ${hex(port)}, ${size} B`;
    this.#show({ at, write, register, value: hex(value, 2 * size), meaning, intercept, count });
  }

  #show(line: StreamLine): void {
    this.#lines.push(line);
    if (this.#lines.length <= MOST) return;
    this.#lines.shift();
    this.unseen++;
  }
}

const hex = (value: number, width = 1): string =>
  `0x${(value >>> 0).toString(16).padStart(width, '0')}`;
