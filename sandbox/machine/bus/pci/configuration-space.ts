/** Offsets of the header that every function has (PCI Local Bus Specification 2.1, section 6.1). */
export const PCI_VENDOR = 0x00;
export const PCI_DEVICE = 0x02;
export const PCI_COMMAND = 0x04;
export const PCI_STATUS = 0x06;
export const PCI_REVISION = 0x08;
export const PCI_CLASS = 0x09;
export const PCI_LATENCY_TIMER = 0x0d;
export const PCI_BAR = 0x10;
export const PCI_SUBSYSTEM_VENDOR = 0x2c;
export const PCI_SUBSYSTEM = 0x2e;
export const PCI_EXPANSION_ROM = 0x30;
export const PCI_INTERRUPT_LINE = 0x3c;
export const PCI_INTERRUPT_PIN = 0x3d;

export const PCI_HEADER_TYPE = 0x0e;
export const PCI_CAPABILITIES = 0x34;

/** Status: there is a list of capabilities. */
export const STATUS_CAPABILITIES = 1 << 4;
/** Header type: more functions than function 0. */
export const HEADER_MULTIFUNCTION = 0x80;

/** Bits of the command register. */
export const COMMAND_IO = 1 << 0;
export const COMMAND_MEMORY = 1 << 1;
export const COMMAND_BUS_MASTER = 1 << 2;
export const COMMAND_SERR = 1 << 8;
export const COMMAND_INTX_DISABLE = 1 << 10;

/** What a base address register asks for; a 64-bit one takes two registers. */
export type BarKind = 'io' | 'memory' | 'memory64' | 'prefetchable64';

const BAR_LOW_BITS: Record<BarKind, number> = { io: 1, memory: 0, memory64: 4, prefetchable64: 12 };

/**
 * The configuration space of one PCI function: bytes, and for each bit whether software may write it
 * or clear it by writing one. A base address register is no more than a field whose low bits are fixed,
 * which is how software learns its size. Accesses never throw: what lies outside reads ones.
 */
export class ConfigurationSpace {
  readonly bytes: Uint8Array;
  /** Called after each write, for a function that acts on its command register or power state. */
  written: (() => void) | undefined;
  #initial: Uint8Array;
  #sticky: Uint8Array;
  #writable: Uint8Array;
  #clearable: Uint8Array;

  /** @param size bytes: 256, or 4096 for a PCI Express function */
  constructor(size = 256) {
    this.bytes = new Uint8Array(size);
    this.#initial = new Uint8Array(size);
    this.#sticky = new Uint8Array(size);
    this.#writable = new Uint8Array(size);
    this.#clearable = new Uint8Array(size);
  }

  /**
   * Lays out a field of `size` bytes: its value after a reset, the bits that software may write, and
   * those that it clears by writing one.
   */
  define(offset: number, size: number, value: number, writable = 0, clearable = 0): void {
    for (let i = 0; i < size; i++) {
      this.bytes[offset + i] = this.#initial[offset + i] = value >>> (8 * i);
      this.#writable[offset + i] = writable >>> (8 * i);
      this.#clearable[offset + i] = clearable >>> (8 * i);
    }
  }

  /** Base address register `index`, for `size` bytes (a power of two, at least 4; 16 for memory). */
  defineBar(index: number, kind: BarKind, size: number): void {
    this.defineBarAt(PCI_BAR + 4 * index, kind, size);
  }

  /** A base address register at `offset`, for `size` bytes (a power of two up to 2^31). */
  defineBarAt(offset: number, kind: BarKind, size: number): void {
    this.define(offset, 4, BAR_LOW_BITS[kind], -size);
    if (kind.endsWith('64')) this.define(offset + 4, 4, 0, 0xffffffff);
  }

  /** Says anew which bits of a field software may write, for a field that is locked at times. */
  setWritable(offset: number, size: number, writable: number): void {
    for (let i = 0; i < size; i++) this.#writable[offset + i] = writable >>> (8 * i);
  }

  /** Bits that a function-level reset leaves as they are (PCI Express 3.0, section 6.6.2). */
  keepOverFunctionReset(offset: number, size: number, bits: number): void {
    for (let i = 0; i < size; i++) this.#sticky[offset + i] |= bits >>> (8 * i);
  }

  /** @returns the value of `size` bytes (1, 2 or 4) at `offset`, unsigned */
  read(offset: number, size: number): number {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (this.bytes[offset + i] ?? 0xff);
    return value;
  }

  /** Writes the low `size` bytes of `value`, as far as each bit can be written. */
  write(offset: number, size: number, value: number): void {
    for (let i = 0; i < size; i++) {
      const at = offset + i;
      const byte = (value >>> (8 * i)) & 0xff;
      const kept = this.bytes[at] & ~this.#writable[at] & ~(byte & this.#clearable[at]);
      this.bytes[at] = kept | (byte & this.#writable[at]);
    }
    this.written?.();
  }

  /** Sets bits of a field from the function's own side, such as an error in the status register. */
  set(offset: number, size: number, bits: number): void {
    for (let i = 0; i < size; i++) this.bytes[offset + i] |= bits >>> (8 * i);
  }

  /** Clears bits of a field from the function's own side. */
  clear(offset: number, size: number, bits: number): void {
    for (let i = 0; i < size; i++) this.bytes[offset + i] &= ~(bits >>> (8 * i));
  }

  /** Gives a field another value from the function's own side. */
  put(offset: number, size: number, value: number): void {
    for (let i = 0; i < size; i++) this.bytes[offset + i] = value >>> (8 * i);
  }

  /** A function-level reset: every field as it was defined, but for the bits that survive one. */
  functionReset(): void {
    for (let i = 0; i < this.bytes.length; i++) {
      const kept = this.bytes[i] & this.#sticky[i];
      this.bytes[i] = (this.#initial[i] & ~this.#sticky[i]) | kept;
    }
    this.written?.();
  }

  /** A hardware reset: every field as it was defined. */
  reset(): void {
    this.bytes.set(this.#initial);
    this.written?.();
  }

  /** Address that software gave to base address register `index`; 0 when it gave none. */
  bar(index: number): number {
    return this.barAt(PCI_BAR + 4 * index);
  }

  /** Address in the base address register at `offset`, of 32 or 64 bits; 0 for none. */
  barAt(offset: number): number {
    const value = this.read(offset, 4);
    if ((value & 1) !== 0) return (value & ~3) >>> 0;
    const high = (value & 6) === 4 ? this.read(offset + 4, 4) : 0;
    return high * 2 ** 32 + ((value & ~15) >>> 0);
  }

  /** Whether the function answers in I/O space. */
  get ioEnabled(): boolean {
    return (this.bytes[PCI_COMMAND] & COMMAND_IO) !== 0;
  }

  /** Whether it answers in memory space. */
  get memoryEnabled(): boolean {
    return (this.bytes[PCI_COMMAND] & COMMAND_MEMORY) !== 0;
  }

  /** Whether it may read and write memory by itself. */
  get busMaster(): boolean {
    return (this.bytes[PCI_COMMAND] & COMMAND_BUS_MASTER) !== 0;
  }
}
