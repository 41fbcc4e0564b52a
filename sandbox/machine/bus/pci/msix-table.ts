/** Where the pending bits stand in the memory that holds table and pending bits; the table is at 0. */
export const MSIX_PBA = 0x2000;
/** An entry: address low and high, data, vector control with the mask in bit 0. */
const ENTRY_WORDS = 4;
const MASKED = 1;

/**
 * An MSI-X table with its pending bits (PCI 3.0, section 6.8.2), and the function's two switches from the
 * message control register. A vector that may not send stays pending until it may.
 */
export class MsixTable {
  readonly vectors: number;
  #entries: Uint32Array;
  #pending: Uint32Array;
  #enabled = false;
  #masked = false;
  #send: (address: number, data: number, at: number) => void;

  /**
   * @param vectors 1 to 2048
   * @param send takes a message: its address (52 bits are kept), its data and when it was sent
   */
  constructor(vectors: number, send: (address: number, data: number, at: number) => void) {
    this.vectors = vectors;
    this.#send = send;
    this.#entries = new Uint32Array(vectors * ENTRY_WORDS);
    this.#pending = new Uint32Array(Math.ceil(vectors / 32));
    this.reset();
  }

  /** A reset of the function: every vector masked, nothing pending. */
  reset(): void {
    this.#entries.fill(0);
    for (let v = 0; v < this.vectors; v++) this.#entries[v * ENTRY_WORDS + 3] = MASKED;
    this.#pending.fill(0);
    this.#enabled = false;
    this.#masked = false;
  }

  /** A 32-bit read of table or pending bits; 0 beyond both. */
  read32(offset: number): number {
    if (offset >= MSIX_PBA) return this.#pending[(offset - MSIX_PBA) >> 2] ?? 0;
    return this.#entries[offset >> 2] ?? 0;
  }

  /** A 32-bit write at `at`; the pending bits cannot be written. Unmasking sends what is pending. */
  write32(offset: number, value: number, at = 0): void {
    const index = offset >> 2;
    if (index < 0 || index >= this.#entries.length) return;
    const part = index % ENTRY_WORDS;
    this.#entries[index] = part === 0 ? value & ~3 : part === 3 ? value & MASKED : value;
    if (part === 3) this.#flush(Math.floor(index / ENTRY_WORDS), at);
  }

  /** Message control bits 15 and 14: enable, and mask for the whole function. */
  functionEnable(on: boolean, masked: boolean, at = 0): void {
    this.#enabled = on;
    this.#masked = masked;
    for (let v = 0; v < this.vectors; v++) this.#flush(v, at);
  }

  /** The function's vector `vector` is to be signalled at `at`. */
  signal(vector: number, at: number): void {
    if (!this.#enabled || vector >= this.vectors) return;
    this.#pending[vector >> 5] |= 1 << (vector & 31);
    this.#flush(vector, at);
  }

  #flush(vector: number, at: number): void {
    const bit = 1 << (vector & 31);
    const entry = vector * ENTRY_WORDS;
    const blocked = !this.#enabled || this.#masked || (this.#entries[entry + 3] & MASKED) !== 0;
    if (blocked || (this.#pending[vector >> 5] & bit) === 0) return;
    this.#pending[vector >> 5] &= ~bit;
    const [low, high, data] = this.#entries.subarray(entry, entry + 3);
    this.#send((high & 0xfffff) * 4294967296 + low, data, at);
  }
}
