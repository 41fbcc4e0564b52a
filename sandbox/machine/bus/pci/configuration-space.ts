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

/** Bits of the command register. */
export const COMMAND_IO = 1 << 0;
export const COMMAND_MEMORY = 1 << 1;
export const COMMAND_BUS_MASTER = 1 << 2;

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
  #writable: Uint8Array;
  #clearable: Uint8Array;

  /** @param size bytes: 256, or 4096 for a PCI Express function */
  constructor(size = 256) {
    this.bytes = new Uint8Array(size);
    this.#initial = new Uint8Array(size);
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
  defineBar(index: number, kind: 'io' | 'memory', size: number): void {
    this.define(PCI_BAR + 4 * index, 4, kind === 'io' ? 1 : 0, -size);
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

  /** A hardware reset: every field as it was defined. */
  reset(): void {
    this.bytes.set(this.#initial);
    this.written?.();
  }

  /** Address that software gave to base address register `index`; 0 when it gave none. */
  bar(index: number): number {
    const value = this.read(PCI_BAR + 4 * index, 4);
    return (value & ((value & 1) !== 0 ? ~3 : ~15)) >>> 0;
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
